import { pathOf } from '../../client/client.js';
import { CliCommand } from '../command.js';
import type { CliContext } from '../context.js';
import { boolFlag } from '../flags.js';
import { allDevicesFlag } from './all-devices.js';
import { NO_HEAL_CHECK, readHealCheck, requireArgument } from './arguments.js';
import { dryRunFlag, showRemovalPlan } from './removal-dry-run.js';

export function buildNodeLostCommand(context: CliContext): CliCommand {
  return new CliCommand('lost', {
    summary: 'Gives up a node that never returns',
    long: "Gives up a node that never returns: its bricks are made anew on other nodes, from their healthy partners and without asking the node for anything. When all is healed it leaves gluster's pool and the database, with its devices. A node that lives is refused; take that out of use with: heketi-cli node remove.",
    example:
      '    $ heketi-cli node lost 886a86a868711bef83001\n    $ heketi-cli node lost 886a86a868711bef83001 --dry-run',
    args: 'ID',
    argKind: 'node',
  })
    .withFlags(
      boolFlag(NO_HEAL_CHECK, 'Make bricks anew even where healing is pending. May lose data.'),
      boolFlag('host-answers', 'What answers under its name, without glusterd, never becomes the node again.'),
      dryRunFlag,
      allDevicesFlag,
    )
    .runs(async (args, flags) => {
      const id = requireArgument(args, 'Node id missing');
      const terms = { hostanswers: flags.bool('host-answers') };
      if (flags.bool('dry-run')) return showRemovalPlan(context, flags, 'lose-node', id, terms);
      const request = { ...(await readHealCheck(context, flags)), ...terms };
      const client = await context.connect(flags);
      await client.submit('POST', pathOf('nodes', id, 'lost'), request, `giving up node ${id}`);
      context.print(`Node ${id} is given up as lost\n`);
    });
}
