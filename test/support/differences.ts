import { brickThinPoolName } from '../../src/domain/brick.js';
import { bricksPerSet } from '../../src/domain/durability.js';
import type { HostsState } from '../../src/executors/mock/world/state.js';
import { checkDatabase } from '../../src/interchange/check.js';
import type { ReadTx, Store } from '../../src/store/store.js';
import { actualFacts, expectedFacts, type Records, readRecords } from './facts.js';

/** Larger than any pool metadata of these tests; lvm keeps one spare of that size in each group. */
const SPARE_AT_MOST_KIB = 16 * 1024 * 1024;

/** Whatever a store and its hosts disagree about, brick for brick; and books that do not add up. */
export async function differences(
  store: Store,
  hosts: { state(): HostsState | Promise<HostsState> },
): Promise<string[]> {
  const state = await hosts.state();
  return store.read(async (tx) => {
    const records = await readRecords(tx);
    const expected = expectedFacts(records, state);
    const actual = actualFacts(records, state);
    return [
      ...excess(expected, actual).map((fact) => `in the store but not on the hosts: ${fact}`),
      ...excess(actual, expected).map((fact) => `on the hosts but not in the store: ${fact}`),
      ...sharedNodes(records, state),
      ...wrongBooks(records, state),
      ...(await contradictions(tx, records)),
    ];
  });
}

/** What the first list holds more often than the second. */
function excess(of: readonly string[], over: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const fact of over) left.set(fact, (left.get(fact) ?? 0) + 1);
  return of.filter((fact) => {
    const count = left.get(fact) ?? 0;
    left.set(fact, count - 1);
    return count <= 0;
  });
}

/** gluster makes brick sets of neighbours in its list: no set may have two bricks on one node. */
function sharedNodes(records: Records, state: HostsState): string[] {
  const found: string[] = [];
  const served = new Map(state.pools.flatMap((pool) => pool.volumes.map((volume) => [volume.name, volume.bricks])));
  for (const { name, durability } of records.volumes.values()) {
    const hosts = (served.get(name) ?? []).map((brick) => brick.slice(0, brick.indexOf(':')));
    const size = bricksPerSet(durability);
    if (hosts.length % size !== 0) found.push(`volume ${name}: ${hosts.length} bricks make no sets of ${size}`);
    for (let i = 0; i < hosts.length; i += size) {
      const set = hosts.slice(i, i + size);
      if (new Set(set).size < set.length) found.push(`volume ${name}: a set has two bricks on one of ${set.join()}`);
    }
  }
  return found;
}

function wrongBooks({ devices, bricks }: Records, state: HostsState): string[] {
  const found: string[] = [];
  const groups = new Map(state.hosts.flatMap((host) => host.groups.map((group) => [group.name, group])));
  for (const device of devices.values()) {
    const refuse = (what: string) => found.push(`device ${device.id}: ${what}`);
    if (device.totalKib !== device.freeKib + device.usedKib) refuse('total is not free + used');
    // Bricks of clones share a pool; it is counted once.
    const pools = new Map(
      bricks.filter((brick) => brick.deviceId === device.id).map((brick) => [brickThinPoolName(brick), brick]),
    );
    const used = [...pools.values()].reduce((sum, brick) => sum + brick.thinPoolKib + brick.poolMetadataKib, 0);
    if (used !== device.usedKib) refuse(`${device.usedKib} KiB used, its bricks take ${used}`);
    const onHost = (groups.get(`vg_${device.id}`)?.usedExtents ?? 0) * device.extentKib;
    const spare = onHost - used;
    const isSpare = pools.size > 0 ? spare > 0 && spare <= SPARE_AT_MOST_KIB : spare === 0;
    if (!isSpare) refuse(`lvm uses ${onHost} KiB, which is not what its bricks take, ${used}, and a spare`);
  }
  return found;
}

/** Within the store: marks of operations, and records that name others which do not exist or name them differently. */
async function contradictions(
  tx: ReadTx,
  { bricks, volumes, blockVolumes, devices, nodes }: Records,
): Promise<string[]> {
  const found: string[] = [];
  for (const { id, pendingId } of [...bricks, ...volumes.values(), ...blockVolumes])
    if (pendingId) found.push(`${id} is still marked by operation ${pendingId}`);
  for (const brick of bricks) {
    if (devices.get(brick.deviceId)?.nodeId !== brick.nodeId || !nodes.has(brick.nodeId))
      found.push(`brick ${brick.id} names a device and a node that do not belong together`);
    const volume = volumes.get(brick.volumeId);
    if (volume?.clusterId !== nodes.get(brick.nodeId)?.clusterId)
      found.push(`brick ${brick.id} is not in the cluster of its volume`);
  }
  const report = await checkDatabase(tx);
  const texts = Object.values(report).flatMap((kind) => (typeof kind === 'object' ? (kind.inconsistencies ?? []) : []));
  // Expected after a node was added: the stored list is as old as the volume, and what clients get is computed.
  found.push(...texts.filter((text) => !text.includes('mount hosts list')).map((text) => `check: ${text}`));
  return found;
}
