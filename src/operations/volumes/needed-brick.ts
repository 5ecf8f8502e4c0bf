import { disperseCounts, replicaCount } from '../../domain/durability.js';
import type { Volume } from '../../domain/volume.js';
import { type HealingBrick, healInfo } from '../../executors/commands/gluster/gluster-volume.js';
import { CommandError } from '../../executors/executor.js';
import type { OperationContext } from '../engine/operation.js';
import { type BrickSet, cannotReplace } from './brick-set.js';
import { describeHealing, fillingIn, healingSetsByVolume } from './healing-set.js';
import { unfilledReason } from './unfilled.js';
import { explainUnreadableHeal } from './unreadable-heal.js';

/**
 * Refuses to take the brick out of its set unless the others have all data without it, and can be read: those that are
 * connected are as many as the set's quorum. Without `mustBeHealed` (a person knows better) only what the new brick can
 * be filled from is asked for.
 *
 * gluster lists on each brick what others lack. While the brick is connected, nothing may wait to be healed in the whole
 * set. When it is down, the others may list what it has missed itself, but nothing that one of them lacks. Answers whether
 * it is connected.
 */
export async function refuseNeeded(
  volume: Volume,
  set: BrickSet,
  context: OperationContext,
  mustBeHealed: boolean,
): Promise<boolean> {
  return refuse(volume, set, context, mustBeHealed ? unfilledReason : null);
}

/**
 * The same at the moment at which it is taken away. What roots hold takes its time to be looked at, so what gluster lists
 * is asked for again: then nothing is between that and the change. And only that is listed which was seen to be missing
 * before, in a brick whose root has been filled.
 */
export async function refuseNeededNow(
  volume: Volume,
  set: BrickSet,
  context: OperationContext,
  mustBeHealed: boolean,
): Promise<boolean> {
  const wasUp = await refuseNeeded(volume, set, context, mustBeHealed);
  if (!mustBeHealed) return wasUp;
  const isUp = await refuse(volume, set, context, async () => null);
  if (isUp === wasUp) return isUp;
  throw cannotReplace(set.name, `it ${isUp ? 'came up' : 'went down'} while its set was looked at; try again`);
}

/** `unfilled`: how roots are compared; null: a person answers for what the others have. */
async function refuse(
  { id: volumeId, durability }: Volume,
  set: BrickSet,
  context: OperationContext,
  unfilled: typeof unfilledReason | null,
): Promise<boolean> {
  const healing = await healingBricks(set, context);
  const wanted = unfilled ? set.others : set.sources;
  const connected = wanted.filter((other) => isConnected(healing.get(other)));
  const needed = unfilled ? quorumOf(durability) : sourcesOf(durability);
  if (connected.length < needed)
    throw cannotReplace(set.name, `only ${connected.length} of ${needed} required peer bricks are online`, 'as');
  const isOwnUp = isConnected(healing.get(set.name));
  if (!unfilled) return isOwnUp;
  if (!isOwnUp) {
    await refuseUnvouched({ id: volumeId, durability }, set, connected, context);
    await refuseSourceOfOthers(set, connected, needed, { context, healing });
  }
  const reason = await unfilled([isOwnUp ? [set.name, ...connected] : connected], context);
  if (reason !== null) throw cannotReplace(set.name, reason);
  if (isOwnUp) refuseEntries(set, healing);
  return isOwnUp;
}

function refuseEntries(set: BrickSet, healing: HealingBricks): void {
  const own = healing.get(set.name);
  if (own?.entries !== 0)
    throw cannotReplace(set.name, `it is source brick for data to be healed (${entriesOf(own)})`, 'as');
  for (const other of set.others) {
    const seen = healing.get(other);
    if (isConnected(seen) && seen?.entries === 0) continue;
    throw cannotReplace(
      set.name,
      `brick ${other} of its set is not healed (${entriesOf(seen)}); wait until gluster volume heal ${set.volume.name} info shows none`,
    );
  }
}

/**
 * Refuses a brick that is down while others of its set are filled, as far as this server knows: it may be all that has
 * the data, unless there are enough others that had it before, and so list what those lack still.
 */
async function refuseUnvouched(
  { id: volumeId, durability }: Pick<Volume, 'id' | 'durability'>,
  set: BrickSet,
  connected: readonly string[],
  { store }: OperationContext,
): Promise<void> {
  const ofVolume = (await store.read(healingSetsByVolume)).get(volumeId) ?? [];
  const filling = fillingIn(ofVolume, set).filter(
    ({ brickId, newBrick }) => brickId !== set.id && newBrick !== set.name,
  );
  const [earlier] = filling;
  if (!earlier) return;
  const names = filling.map(({ newBrick }) => newBrick);
  const whole = connected.filter((name) => set.sources.includes(name) && !names.includes(name));
  if (!names.includes(null) && whole.length >= sourcesOf(durability)) return;
  throw cannotReplace(
    set.name,
    `it is down, and its set is not healed after ${describeHealing(earlier)}; bring it back, or wait until that has ended`,
  );
}

/**
 * Refuses a brick that is down while one of the others lacks what the rest has: enough of them must list all that any of
 * them lists, since what only the down one lacks is listed by all. A list may be older than the next one, so what is
 * new in it is looked for once more.
 */
async function refuseSourceOfOthers(
  set: BrickSet,
  connected: readonly string[],
  needed: number,
  { context, healing }: { readonly context: OperationContext; readonly healing: HealingBricks },
): Promise<void> {
  const behind = bricksBehind(connected, healing, listedBy(connected, healing));
  if (connected.length - behind.length >= needed) return;
  const again = await healingBricks(set, context);
  const before = listedBy(connected, healing);
  const inBoth = new Set([...listedBy(connected, again)].filter((gfid) => before.has(gfid)));
  const still = bricksBehind(connected, again, inBoth);
  if (connected.length - still.length >= needed) return;
  throw cannotReplace(
    set.name,
    `it is down, and may be source brick for what brick ${still[0]} of its set lacks: others list entries to be healed that this one does not; bring it back, or wait until gluster volume heal ${set.volume.name} info lists the same on all of them`,
  );
}

function listedBy(bricks: readonly string[], healing: HealingBricks): ReadonlySet<string> {
  return new Set(bricks.flatMap((name) => healing.get(name)?.gfids ?? []));
}

/** Those that do not list all of this, or do not name what they list. */
function bricksBehind(
  bricks: readonly string[],
  healing: HealingBricks,
  wanted: ReadonlySet<string>,
): readonly string[] {
  return bricks.filter((name) => {
    const own = new Set(healing.get(name)?.gfids);
    return own.size !== healing.get(name)?.entries || [...wanted].some((gfid) => !own.has(gfid));
  });
}

type HealingBricks = ReadonlyMap<string, HealingBrick>;

async function healingBricks({ volume, name }: BrickSet, { hosts }: OperationContext) {
  try {
    const bricks = await healInfo(hosts, volume.seenFrom, volume.name);
    return new Map(bricks.map((brick) => [brick.name, brick]));
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw cannotReplace(name, explainUnreadableHeal(error, volume.name));
  }
}

function isConnected(brick: HealingBrick | undefined): boolean {
  return brick?.status === 'Connected';
}

function entriesOf(brick: HealingBrick | undefined): string {
  if (!isConnected(brick)) return 'it is down';
  return brick?.entries === null ? 'gluster does not tell how many entries wait' : `${brick?.entries} entries wait`;
}

/** Bricks of a set that must be there for its data to be written. */
function quorumOf(durability: Volume['durability']): number {
  if (durability.type === 'disperse') return disperseCounts(durability).data;
  const replica = replicaCount(durability);
  return replica < 3 ? 1 : Math.floor(replica / 2) + 1;
}

/** Bricks of a set from which another one can be filled. */
function sourcesOf(durability: Volume['durability']): number {
  return durability.type === 'disperse' ? disperseCounts(durability).data : 1;
}
