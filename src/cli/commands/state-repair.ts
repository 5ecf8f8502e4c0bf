import { CliCommand } from '../command.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { boolFlag, stringsFlag } from '../flags.js';
import { formatStateLeft, formatStateRepair, readStateRepair } from '../output/state-repair.js';

const PLAN = '/internal/state/repair/plan';

export function buildStateRepairCommand(context: CliContext): CliCommand {
  return new CliCommand('repair', {
    summary: 'Repair what the database of the server and the hosts disagree about',
    long: 'Show what would be repaired of all that the database of the server and the hosts disagree about, and what would stay and why. With --apply it is done: each step looks once more at what it changes, and all is compared anew until nothing is left to do. Nothing is removed, and no volume that was stopped is started, unless it is named. Fails when something stays, or a host could not be asked.',
    example:
      '    $ heketi-cli server state repair\n    $ heketi-cli server state repair --apply\n    $ heketi-cli server state repair --apply --start=vol_61ed8ca5e3a2a1a7b11ebb1b9e3d6d3a\n    $ heketi-cli server state repair --apply --destroy-unclaimed=vg_62cbae7a3f6faac38a551a614419cca3/brick_886a86a868711bef83001d07a1a4e7a4',
  })
    .withFlags(
      boolFlag('apply', 'Repair it; without it nothing is changed.'),
      stringsFlag(
        'start',
        'Name or id: also start this volume, which somebody may have stopped on purpose. May be repeated.',
      ),
      stringsFlag(
        'destroy-unclaimed',
        'VG/LV: also remove this logical volume, with all that is on it, when it is certain that nobody has it. May be repeated.',
      ),
    )
    .runs(async (_args, flags) => {
      const client = await context.connect(flags);
      const wish = { start: flags.strings('start'), destroy: flags.strings('destroy-unclaimed') };
      if (!flags.bool('apply')) {
        const answer = await client.send('POST', PLAN, wish, [200]);
        context.printResult(flags, answer, (json) => formatStateRepair(readStateRepair(json)));
        if (!readStateRepair(answer).isPossible) throw new CliError('not all of it would be repaired');
        return;
      }
      await client.submit('POST', '/internal/state/repair', wish, 'repairing the state');
      const answer = await client.send('POST', PLAN, {}, [200]);
      context.printResult(flags, answer, (json) => formatStateLeft(readStateRepair(json)));
      const { differences, notCompared } = readStateRepair(answer);
      if (differences.length + notCompared.length > 0) throw new CliError('something is left for a person to look at');
    });
}
