import { pathOf } from '../client.js';
import { CliCommand } from '../command.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { formatPreflight, readPreflight } from '../output/preflight.js';
import { requireArgument } from './arguments.js';

export function buildDeviceDoctorCommand(context: CliContext): CliCommand {
  return new CliCommand('doctor', {
    summary: 'Tells whether a device of a node can be added, and if not, why',
    long: 'Looks at a device of a node the way adding it does first, and changes nothing. Fails when the device can not be added as it is.',
    example: '    $ heketi-cli device doctor 3e098cb4407d7109806bb196d9e8f095 /dev/sdb',
    args: 'NODE DEVICE',
    argKind: 'node',
  }).runs(async (args, flags) => {
    const node = requireArgument(args, 'Node id missing');
    const name = args[1];
    if (name === undefined || name === '') throw new CliError('Missing device name');
    const client = await context.connect(flags);
    const json = await client.send('POST', pathOf('devices', 'preflight'), { node, name }, [200]);
    const preflight = readPreflight(json);
    if (flags.bool('json')) context.printJson(json);
    else context.print(formatPreflight(preflight));
    if (!preflight.isUsable) throw new CliError(`device ${name} can not be added as it is`);
  });
}
