import type { Volume } from '../../domain/volume.js';
import { type HealingBrick, healInfo, isStarted } from '../../executors/commands/gluster/gluster-volume.js';
import { CommandError } from '../../executors/executor.js';
import type { OperationContext } from '../engine/operation.js';
import type { FoundVolume } from './find-volume.js';
import { type SetNames, setsOf, unfilledReason } from './unfilled.js';
import { explainUnreadableHeal } from './unreadable-heal.js';

export interface Unhealed {
  /** Why a brick that gave its place up must stay. */
  readonly reason: string;
  /** The most that a brick of the volume has; null when nobody can tell. */
  readonly entriesLeft: number | null;
}

/**
 * What keeps a volume from having all of its data on its bricks, or null: until the others are healed, a brick that gave
 * its place up may hold the only copy. `sets`: those that are asked for.
 */
export async function findUnhealed(
  { durability }: Volume,
  found: FoundVolume,
  context: OperationContext,
  sets: readonly SetNames[] = setsOf(found),
): Promise<Unhealed | null> {
  if (durability.type === 'none')
    return unknown('it keeps no copies, so nothing tells whether its new bricks have all of the data');
  if (!isStarted(found))
    return unknown('it is stopped, so gluster does not tell what waits to be healed; start it first');
  const listed = await findListed(found, context, sets);
  if (listed !== null) return listed;
  const unfilled = await unfilledReason(sets, context);
  // Of what a brick lacks below its root is listed what was seen to be missing when the root was filled: maybe only now.
  return unfilled === null ? findListed(found, context, sets) : unknown(unfilled);
}

/** What gluster lists for these sets. */
async function findListed(
  found: FoundVolume,
  context: OperationContext,
  sets: readonly SetNames[],
): Promise<Unhealed | null> {
  const healing = new Map<string, HealingBrick>();
  try {
    for (const brick of await healInfo(context.hosts, found.seenFrom, found.name)) healing.set(brick.name, brick);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return unknown(explainUnreadableHeal(error, found.name));
  }
  const names = sets.flat();
  const entries = names.map((name) => healing.get(name)?.entries ?? null);
  const unread = names[entries.indexOf(null)];
  if (unread)
    return unknown(
      `gluster does not tell what waits to be healed on brick ${unread}; it may be down (gluster volume status ${found.name})`,
    );
  const entriesLeft = Math.max(...entries.map(Number));
  const unhealed = names[entries.indexOf(entriesLeft)];
  if (unhealed && entriesLeft > 0) {
    const reason = `${entriesLeft} entries of brick ${unhealed} wait to be healed (gluster volume heal ${found.name} info); try again when there are none`;
    return { reason, entriesLeft };
  }
  return null;
}

function unknown(reason: string): Unhealed {
  return { reason, entriesLeft: null };
}
