import { pathOf } from '../../client/client.js';
import { CliCommand } from '../command.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { stringsFlag } from '../flags.js';
import { requireOnlyArgument } from './arguments.js';
import { dryRunFlag, showRemovalPlan } from './removal-dry-run.js';

const DISK = 'disk';

export function buildNodeReinstateCommand(context: CliContext): CliCommand {
  return new CliCommand('reinstate', {
    summary: 'Brings a node back whose machine was installed anew under the same name',
    long: 'Brings a node back under its name whose machine was installed anew, or whose disks were exchanged for empty ones. Volume groups and bricks that its disks still hold are kept; the others are made anew on disks that are empty, given back to their volumes, and healed from the other bricks of their sets. The node is offline meanwhile. The same command goes on where an earlier one has stopped.',
    example:
      '    $ heketi-cli node reinstate 886a86a868711bef83001 --dry-run\n    $ heketi-cli node reinstate 886a86a868711bef83001\n    $ heketi-cli node reinstate 886a86a868711bef83001 --disk=62cbae7a3f6faac38a551a614419cca3=/dev/sdd',
    args: 'ID',
    argKind: 'node',
  })
    .withFlags(
      stringsFlag(
        DISK,
        'DEVICE=PATH: where a device is now, by its id, when it is not found where it was. May be repeated.',
      ),
      dryRunFlag,
    )
    .runs(async (args, flags) => {
      const id = requireOnlyArgument(args, 'Node id missing', 'Too many arguments provided');
      const disks = Object.fromEntries(flags.strings(DISK).map(disk));
      if (flags.bool('dry-run')) return showRemovalPlan(context, flags, 'reinstate-node', id, { disks });
      const client = await context.connect(flags);
      await client.submit('POST', pathOf('nodes', id, 'reinstate'), { disks }, `reinstating node ${id}`);
      context.print(`Node ${id} is reinstated\n`);
    });
}

function disk(text: string): readonly [string, string] {
  const [id = '', path = '', ...more] = text.split('=');
  if (id === '' || !path.startsWith('/') || more.length > 0)
    throw new CliError(`--${DISK} takes DEVICE=PATH, such as 62cbae7a3f6faac38a551a614419cca3=/dev/sdd, not ${text}`);
  return [id, path];
}
