import type { HostsState } from '../../../src/executors/mock/world/state.js';

const STARTED = 1;

/** Whether hosts have done by now what can't be taken back, given how they were before the request. */
export type Decided = (now: HostsState, before: HostsState) => boolean;

/** A new volume is started, which is the last step. */
export const isMade: Decided = (now, before) => {
  const known = new Set(volumesOf(before).map(({ name }) => name));
  return volumesOf(now).some(({ name, status }) => !known.has(name) && status === STARTED);
};

export const isVolumeGone: Decided = (now, before) => {
  const left = new Set(volumesOf(now).map(({ name }) => name));
  return volumesOf(before).some(({ name }) => !left.has(name));
};

/** gluster has more bricks in a volume. */
export const isGrown: Decided = (now, before) =>
  volumesOf(before).some(({ name, bricks }) =>
    volumesOf(now).some((volume) => volume.name === name && volume.bricks.length > bricks.length),
  );

/** A block volume is gone, or has lost a host: nothing gives that back. */
export const isBlockLost: Decided = (now, before) => {
  const left = new Map(blocksOf(now));
  return blocksOf(before).some(([name, { hosts }]) => (left.get(name)?.hosts.length ?? 0) < hosts.length);
};

export const isBlockGrown: Decided = (now, before) => {
  const sizes = new Map(blocksOf(before));
  return blocksOf(now).some(([name, { sizeGib }]) => sizeGib > (sizes.get(name)?.sizeGib ?? sizeGib));
};

/** gluster has another brick in the place of one. */
export const isReplaced: Decided = (now, before) =>
  volumesOf(before).some(({ name, bricks }) =>
    volumesOf(now).some((volume) => volume.name === name && bricks.some((brick) => !volume.bricks.includes(brick))),
  );

export const isPeerOut: Decided = (now, before) => now.pools.length > before.pools.length;

export const isGroupGone: Decided = (now, before) => countGroups(now) < countGroups(before);

function volumesOf({ pools }: HostsState) {
  return pools.flatMap(({ volumes }) => volumes);
}

function blocksOf(state: HostsState) {
  return volumesOf(state).flatMap(({ name, blocks }) =>
    blocks.map((block) => [`${name}/${block.name}`, block] as const),
  );
}

function countGroups({ hosts }: HostsState): number {
  return hosts.reduce((sum, { groups }) => sum + groups.length, 0);
}
