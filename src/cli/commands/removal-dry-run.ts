import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { boolFlag, type FlagSet } from '../flags.js';
import { formatRemovalPlan, readRemovalPlan } from '../output/removal-plan.js';
import { asking } from './all-devices.js';
import { NO_HEAL_CHECK } from './arguments.js';
import { isUnknownRoute } from './unknown-route.js';

/** A change that moves bricks, as the server calls it. */
type PlannableChange = 'remove-device' | 'remove-node' | 'lose-node' | 'reinstate-node' | 'evict-brick';

export const dryRunFlag = boolFlag(
  'dry-run',
  'Show where each brick would go, how much would be healed, and what prevents it, and change nothing.',
);

/** Shows what the change would do; fails unless all of it could be done now, so that scripts can ask too. */
export async function showRemovalPlan(
  context: CliContext,
  flags: FlagSet,
  change: PlannableChange,
  id: string,
  terms: { readonly hostanswers?: boolean; readonly disks?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const client = await context.connect(flags);
  const request = { change, id, ...terms, ...(flags.bool(NO_HEAL_CHECK) ? { healcheck: 'disable' } : {}) };
  const answer = await client
    .send('POST', asking('/placements/evictions', flags), request, [200])
    .catch((error: unknown) => {
      throw isUnknownRoute(error)
        ? new CliError('--dry-run: this server cannot plan removals', { cause: error })
        : error;
    });
  const subject = `${NOUNS[change]} ${id}`;
  context.printResult(flags, answer, (json) =>
    formatRemovalPlan(subject, readRemovalPlan(json), change === 'reinstate-node' ? 'come back' : 'move'),
  );
  if (!readRemovalPlan(answer).isPossible) throw new CliError(`${subject}: not all of it could be done now`);
}

const NOUNS: { readonly [C in PlannableChange]: string } = {
  'remove-device': 'Device',
  'remove-node': 'Node',
  'lose-node': 'Node',
  'reinstate-node': 'Node',
  'evict-brick': 'Brick',
};
