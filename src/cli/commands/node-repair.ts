import { pathOf } from '../../client/client.js';
import { CliCommand } from '../command.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { boolFlag } from '../flags.js';
import { countOpen, formatRepair, readRepair } from '../output/repair.js';
import { requireArgument } from './arguments.js';

export function buildNodeRepairCommand(context: CliContext): CliCommand {
  return new CliCommand('repair', {
    summary: 'Restores the mounts and brick processes of a node after a restart',
    long: 'Compares the logical volumes, fstab lines, mounts and brick processes of a node with what the server knows, and restores what is missing. Fails when something is left for a person to decide.',
    example: '    $ heketi-cli node repair 886a86a868711bef83001 --dry-run',
    args: 'ID',
    argKind: 'node',
  })
    .withFlags(boolFlag('dry-run', 'Only compare and report.'))
    .runs(async (args, flags) => {
      const id = requireArgument(args, 'Node id missing');
      const client = await context.connect(flags);
      const request = { dryrun: flags.bool('dry-run') };
      const json = await client.submitForJson('POST', pathOf('nodes', id, 'repair'), request, `repairing node ${id}`);
      const repair = readRepair(json);
      if (flags.bool('json')) context.printJson(json);
      else context.print(formatRepair(repair));
      const open = countOpen(repair);
      if (open > 0) throw new CliError(`${open} of the things found need a person's decision`);
    });
}
