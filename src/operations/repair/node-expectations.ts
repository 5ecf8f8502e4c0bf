import type { Brick } from '../../domain/brick.js';
import type { Id } from '../../domain/ids.js';
import { type Node, storageName } from '../../domain/node.js';
import type { Volume } from '../../domain/volume.js';
import { forEachPage } from '../../store/pages.js';
import type { ReadTx, StoreReader } from '../../store/store.js';
import { nextTurn } from '../../timing/turns.js';
import { type ExpectedBrick, expectedBrick } from '../volumes/empty-bricks.js';

/** Volumes that are read in one unit of work. */
const VOLUMES_AT_ONCE = 100;

/** Behind every id. */
const LAST: Id = '\u{10ffff}';
/** Between which as many ids are, those being random hexadecimal digits. */
const BOUNDS: readonly Id[] = ['', ...'123456789abcdef', LAST];

/** A settled volume. */
export interface SettledVolume {
  readonly id: Id;
  readonly name: string;
  readonly clusterId: Id;
  readonly bricks: readonly ExpectedBrick[];
  /** Imported bricks without a path or a node: nobody knows where they belong. */
  readonly hasLostBricks: boolean;
}

/** A settled volume with its bricks on one node, and where its others are. */
export interface ExpectedVolume extends Omit<SettledVolume, 'bricks'> {
  readonly local: readonly ExpectedBrick[];
  readonly elsewhere: readonly ExpectedBrick[];
}

/** A volume that an operation is changing now; nothing is expected of it. */
export interface BusyVolume {
  readonly id: Id;
  readonly name: string;
  readonly operationId: Id;
}

/** What a node has, as the store says: settled bricks of settled volumes only. */
export interface NodeExpectations {
  readonly volumes: readonly SettledVolume[];
  /** With bricks here. */
  readonly busy: readonly BusyVolume[];
}

type Found = SettledVolume | BusyVolume;

/** Of one node, or of some of the volumes with bricks there. A few volumes are read at a time, each as it is then. */
export async function expectationsOf(
  store: StoreReader,
  nodeId: Id,
  volumeIds: readonly Id[] | null = null,
): Promise<NodeExpectations> {
  const ids = volumeIds ?? (await volumeIdsOn(store, nodeId));
  const found: Found[] = [];
  for (let from = 0; from < ids.length; from += VOLUMES_AT_ONCE) {
    await nextTurn();
    await store.read(async (tx) => {
      const lookup = await Lookup.begin(tx);
      for (const id of ids.slice(from, from + VOLUMES_AT_ONCE)) {
        const volume = await tx.volumes.find(id);
        if (volume) found.push((await lookup.look(volume, await tx.bricks.listByVolume(id))).found);
      }
    });
  }
  return sorted(found);
}

/** Of all volumes with bricks there. No index leads to them, so that all bricks are gone through, some of them at a time. */
async function volumeIdsOn(store: StoreReader, nodeId: Id): Promise<readonly Id[]> {
  const ids = new Set<Id>();
  for (const [i, from] of BOUNDS.slice(0, -1).entries()) {
    const to = BOUNDS[i + 1] ?? LAST;
    for (const id of await store.read((tx) => tx.bricks.listVolumeIdsByNode(nodeId, from, to))) ids.add(id);
    await nextTurn();
  }
  return [...ids].sort();
}

/** Of all nodes with bricks of a cluster's volumes. Each volume is read once, a page of them at a time. */
export async function clusterExpectations(
  store: StoreReader,
  clusterId: Id,
): Promise<ReadonlyMap<Id, NodeExpectations>> {
  const byNode = new Map<Id, Found[]>();
  await forEachPage(
    store,
    (tx, after, limit) => tx.volumes.listByClusterAfter(clusterId, after, limit),
    async (page, tx) => {
      const lookup = await Lookup.begin(tx);
      for (const volume of page) {
        const { found, nodeIds } = await lookup.look(volume, await tx.bricks.listByVolume(volume.id));
        for (const nodeId of nodeIds) {
          const ofNode = byNode.get(nodeId);
          if (ofNode) ofNode.push(found);
          else byNode.set(nodeId, [found]);
        }
      }
    },
    VOLUMES_AT_ONCE,
  );
  return new Map([...byNode].map(([nodeId, found]) => [nodeId, sorted(found)]));
}

/** Null when there is no such volume any more. */
export async function expectedVolume(
  tx: ReadTx,
  volumeId: Id,
  nodeId: Id,
): Promise<ExpectedVolume | BusyVolume | null> {
  const volume = await tx.volumes.find(volumeId);
  if (!volume) return null;
  const lookup = await Lookup.begin(tx);
  const { found } = await lookup.look(volume, await tx.bricks.listByVolume(volumeId));
  return isBusy(found) ? found : seenFrom(found, nodeId);
}

/** The volume as one of its nodes should have it. */
export function seenFrom({ bricks, ...volume }: SettledVolume, nodeId: Id): ExpectedVolume {
  return {
    ...volume,
    local: bricks.filter((brick) => brick.nodeId === nodeId),
    elsewhere: bricks.filter((brick) => brick.nodeId !== nodeId),
  };
}

export function isBusy(found: object): found is BusyVolume {
  return 'operationId' in found;
}

function sorted(found: readonly Found[]): NodeExpectations {
  return {
    volumes: found.filter((volume): volume is SettledVolume => !isBusy(volume)),
    busy: found.filter(isBusy),
  };
}

/** What volumes of one unit of work have in common. */
class Lookup {
  readonly #tx: ReadTx;
  readonly #nodes = new Map<Id, Node | null>();
  /** The first operation that names an object. */
  readonly #operations = new Map<Id, Id>();

  private constructor(tx: ReadTx) {
    this.#tx = tx;
  }

  static async begin(tx: ReadTx): Promise<Lookup> {
    const lookup = new Lookup(tx);
    for (const { id, actions } of await tx.operations.list())
      for (const action of actions) if (!lookup.#operations.has(action.id)) lookup.#operations.set(action.id, id);
    return lookup;
  }

  async look(
    volume: Volume,
    bricks: readonly Brick[],
  ): Promise<{ readonly found: Found; readonly nodeIds: ReadonlySet<Id> }> {
    const nodeIds = new Set(bricks.map((brick) => brick.nodeId));
    const { id, name, clusterId } = volume;
    const operationId = this.#changing(volume, bricks);
    if (operationId !== null) return { found: { id, name, operationId }, nodeIds };
    const expected: ExpectedBrick[] = [];
    for (const brick of bricks) {
      const node = await this.#node(brick.nodeId);
      if (node && brick.path !== '') expected.push(expectedBrick(brick, storageName(node)));
    }
    const hasLostBricks = expected.length < bricks.length;
    return { found: { id, name, clusterId, bricks: expected, hasLostBricks }, nodeIds };
  }

  /** An operation on the volume, on one of its bricks, or on a device of theirs. */
  #changing(volume: Volume, bricks: readonly Brick[]): Id | null {
    const pending = volume.pendingId ?? bricks.find((brick) => brick.pendingId)?.pendingId;
    if (pending) return pending;
    const named = [volume.id, ...bricks.map((brick) => brick.deviceId)].find((id) => this.#operations.has(id));
    return named === undefined ? null : (this.#operations.get(named) ?? null);
  }

  async #node(id: Id): Promise<Node | null> {
    const known = this.#nodes.get(id);
    if (known !== undefined) return known;
    const node = await this.#tx.nodes.find(id);
    this.#nodes.set(id, node);
    return node;
  }
}
