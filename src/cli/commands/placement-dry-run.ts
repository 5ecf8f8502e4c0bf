import type { HeketiClient } from '../../client/client.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import type { FlagSet } from '../flags.js';
import { formatPlacement, OF_EXPANSION, OF_NEW_VOLUME, readPlacement } from '../output/placement.js';
import { asking } from './all-devices.js';
import { isUnknownRoute } from './unknown-route.js';

const KINDS = {
  create: { path: '/placements', words: OF_NEW_VOLUME, noun: 'placements' },
  expand: { path: '/placements/expansions', words: OF_EXPANSION, noun: 'expansions' },
} as const;

/**
 * Shows where the bricks of a new volume, or of an expansion, would be placed. A plan that fits is a success, anything else
 * a failure, so that scripts can ask too. `request`: as the server takes it for this kind of plan.
 */
export async function showPlacement(
  context: CliContext,
  client: HeketiClient,
  flags: FlagSet,
  kind: keyof typeof KINDS,
  request: object,
): Promise<void> {
  const { path, words, noun } = KINDS[kind];
  const answer = await client.send('POST', asking(path, flags), request, [200]).catch((error: unknown) => {
    throw isUnknownRoute(error) ? new CliError(`--dry-run: this server cannot plan ${noun}`, { cause: error }) : error;
  });
  context.printResult(flags, answer, (json) => formatPlacement(readPlacement(json), words));
  if (!readPlacement(answer).fits) throw new CliError(`${words.subject} would not fit`);
}
