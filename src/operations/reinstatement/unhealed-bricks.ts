import { bricksPerSet } from '../../domain/durability.js';
import type { Id } from '../../domain/ids.js';
import type { Volume } from '../../domain/volume.js';
import { launchHeal } from '../../executors/commands/gluster/gluster-volume.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { OperationContext } from '../engine/operation.js';
import { findVolume } from '../volumes/find-volume.js';
import { setsOf } from '../volumes/unfilled.js';
import { findUnhealed, type Unhealed } from '../volumes/unhealed.js';
import { glusterName, soughtVolume } from '../volumes/volume-bricks.js';
import type { NodeBrick } from './node-at-hand.js';
import type { Reinstatement } from './reinstatement-plan.js';

/** A volume whose sets on the node do not have all of their data yet. */
export interface UnhealedVolume extends Unhealed {
  readonly volume: Volume;
  /** Its bricks on the node. */
  readonly brickIds: readonly Id[];
  /** A host from which it was seen. */
  readonly seenFrom: string;
}

/** As far as the node's bricks and their sets are concerned. */
export async function unhealedOf(
  { served }: Reinstatement,
  context: OperationContext,
): Promise<readonly UnhealedVolume[]> {
  const byVolume = new Map<Id, NodeBrick[]>();
  for (const hosted of served) {
    if (bricksPerSet(hosted.volume.durability) < 2) continue;
    byVolume.set(hosted.volume.id, [...(byVolume.get(hosted.volume.id) ?? []), hosted]);
  }
  const found: UnhealedVolume[] = [];
  for (const [first, ...more] of byVolume.values()) {
    const unhealed = first ? await unhealedVolume(first.volume, [first, ...more], context) : null;
    if (unhealed) found.push(unhealed);
  }
  return found;
}

async function unhealedVolume(volume: Volume, bricks: readonly NodeBrick[], context: OperationContext) {
  const found = await findVolume(soughtVolume(volume, bricks), context);
  if (!found) return null;
  const names = new Set(bricks.map(glusterName));
  const sets = setsOf(found).filter((set) => set.some((name) => names.has(name)));
  const unhealed = await findUnhealed(volume, found, context, sets);
  return unhealed && { ...unhealed, volume, brickIds: bricks.map(({ brick }) => brick.id), seenFrom: found.seenFrom };
}

/**
 * gluster looks for what it has to heal every ten minutes only, unless it is told to; and in bricks that lack what nobody
 * has listed, only when told to compare all. That it refuses changes nothing.
 */
export async function helpToHeal(
  { volume, seenFrom, entriesLeft }: UnhealedVolume,
  context: OperationContext,
): Promise<void> {
  try {
    await context.work.onVolume(volume.clusterId, volume.name, context.hosts, (hosts) =>
      launchHeal(hosts, seenFrom, volume.name, entriesLeft === null),
    );
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof TransportError)) throw error;
    context.log.warn({ volume: volume.name, err: error }, 'self-heal could not be told to begin');
  }
}
