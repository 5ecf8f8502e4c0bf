import { type HeketiClient, pathOf } from '../../client/client.js';
import { CliCommand } from '../command.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { countUnwell, formatDeviceHealth, readDeviceHealth, readDeviceHealthList } from '../output/device-health.js';
import { formatPreflight, readPreflight } from '../output/preflight.js';
import { requireArgument } from './arguments.js';

export function buildDeviceDoctorCommand(context: CliContext): CliCommand {
  return new CliCommand('doctor', {
    summary: 'Tells whether devices are well, or whether one can be added, and if not, why',
    long: 'With a node and a device: looks at the device the way adding it does first. With the id of a device: asks its host whether LVM and gluster have it. Without both: how all devices were last seen. Changes nothing. Fails when something is wrong.',
    example:
      '    $ heketi-cli device doctor\n    $ heketi-cli device doctor 886a86a868711bef83001\n    $ heketi-cli device doctor 3e098cb4407d7109806bb196d9e8f095 /dev/sdb',
    args: '[ID] | [NODE DEVICE]',
    argKind: 'device',
  }).runs(async (args, flags) => {
    const [node, name] = args;
    const client = await context.connect(flags);
    if (name === undefined) return showHealth(context, client, flags.bool('json'), node);
    const json = await client.send(
      'POST',
      pathOf('devices', 'preflight'),
      { node: requireArgument(args, 'Node id missing'), name },
      [200],
    );
    const preflight = readPreflight(json);
    if (flags.bool('json')) context.printJson(json);
    else context.print(formatPreflight(preflight));
    if (!preflight.isUsable) throw new CliError(`device ${name} can not be added as it is`);
  });
}

/** Of one device, whose host is asked now, or of all. */
async function showHealth(
  context: CliContext,
  client: HeketiClient,
  isJson: boolean,
  id: string | undefined,
): Promise<void> {
  const json =
    id === undefined
      ? await client.getJson(pathOf('devices', 'health'))
      : await client.send('POST', pathOf('devices', id, 'health'), undefined, [200]);
  const devices = id === undefined ? readDeviceHealthList(json) : [readDeviceHealth(json)];
  if (isJson) context.printJson(json);
  else context.print(formatDeviceHealth(devices));
  const unwell = countUnwell(devices);
  if (unwell > 0) throw new CliError(`${unwell} of the devices ${unwell === 1 ? 'is' : 'are'} not well`);
}
