import type { Volume } from '../../domain/volume.js';
import { type HealingBrick, healInfo, isStarted } from '../../executors/commands/gluster/gluster-volume.js';
import { CommandError } from '../../executors/executor.js';
import type { OperationContext } from '../engine/operation.js';
import type { FoundVolume } from './find-volume.js';

/**
 * Why a brick that gave its place up must stay, or null: until the others are healed it may hold the only copy.
 */
export async function unhealedReason(
  { durability }: Volume,
  found: FoundVolume,
  context: OperationContext,
): Promise<string | null> {
  if (durability.type === 'none')
    return 'it keeps no copies, so nothing tells whether its new bricks have all of the data';
  if (!isStarted(found)) return 'it is stopped, so gluster does not tell what waits to be healed; start it first';
  const healing = new Map<string, HealingBrick>();
  try {
    for (const brick of await healInfo(context.hosts, found.seenFrom, found.name)) healing.set(brick.name, brick);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return `gluster does not tell what waits to be healed: ${error.message}`;
  }
  for (const { name } of found.bricks) {
    const entries = healing.get(name)?.entries ?? null;
    if (entries === 0) continue;
    return entries === null
      ? `gluster does not tell what waits to be healed on brick ${name}; it may be down (gluster volume status ${found.name})`
      : `${entries} entries of brick ${name} wait to be healed (gluster volume heal ${found.name} info); try again when there are none`;
  }
  return null;
}
