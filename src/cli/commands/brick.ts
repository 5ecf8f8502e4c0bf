import { pathOf } from '../../client/client.js';
import { CliCommand, commandGroup } from '../command.js';
import type { CliContext } from '../context.js';
import { boolFlag } from '../flags.js';
import { allDevicesFlag } from './all-devices.js';
import { NO_HEAL_CHECK, readHealCheck, requireOnlyArgument } from './arguments.js';
import { dryRunFlag, showRemovalPlan } from './removal-dry-run.js';

export function buildBrickCommand(context: CliContext): CliCommand {
  const evict = new CliCommand('evict', {
    summary: 'Evict a brick from a volume',
    long: 'Evict a brick from a volume: its data is rebuilt on another device, and the brick is removed.',
    example:
      '    $ heketi-cli brick evict 886a86a868711bef83001\n    $ heketi-cli brick evict 886a86a868711bef83001 --dry-run',
    args: 'ID',
  })
    .withFlags(
      boolFlag(NO_HEAL_CHECK, 'Replace the brick even where healing is pending. May lose data.'),
      dryRunFlag,
      allDevicesFlag,
    )
    .runs(async (args, flags) => {
      const id = requireOnlyArgument(args, 'Brick id missing', 'Too many arguments provided');
      if (flags.bool('dry-run')) return showRemovalPlan(context, flags, 'evict-brick', id);
      const options = await readHealCheck(context, flags);
      const client = await context.connect(flags);
      await client.submit('POST', pathOf('bricks', 'to-evict', id), options, `evicting brick ${id}`);
      context.print(`Brick ${id} evicted\n`);
    });
  return commandGroup('brick', { summary: 'Heketi brick management' }, evict);
}
