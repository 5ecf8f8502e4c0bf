import { type Brick, brickThinPoolName, isParked } from '../domain/brick.js';
import type { Cluster } from '../domain/cluster.js';
import type { Device } from '../domain/device.js';
import type { Id } from '../domain/ids.js';
import type { Node } from '../domain/node.js';
import { type Action, CHANGES, type PendingOperation } from '../domain/pending-operation.js';
import type { ReadTx } from '../store/store.js';
import { type CheckContext, checkChildren, checkParent, checkPendingMark, trueCount } from './check-context.js';
import { checkBlockVolume, checkVolume } from './check-volumes.js';
import { type AllRecords, type RecordKind, readAll } from './links.js';
import { NAMED } from './named-objects.js';

export interface KindReport {
  readonly total: number;
  readonly pending: number;
  readonly ok: number;
  readonly notok: number;
  readonly inconsistencies: readonly string[] | null;
}

/** Answer of `GET /db/check`, in the original's words and layout. */
export interface CheckReport {
  readonly clusters: KindReport;
  readonly volumes: KindReport;
  readonly bricks: KindReport;
  readonly nodes: KindReport;
  readonly devices: KindReport;
  readonly blockvolumes: KindReport;
  /** Always zero, as the original's is. */
  readonly dbattributes: KindReport;
  readonly pendingoperations: KindReport;
  readonly totalinconsistencies: number;
}

/** Compares every record with those it refers to. Changes nothing. */
export async function checkDatabase(tx: ReadTx): Promise<CheckReport> {
  return checkRecords(await readAll(tx));
}

export function checkRecords(all: AllRecords): CheckReport {
  const context: CheckContext = {
    clusters: byId(all.clusters),
    nodes: byId(all.nodes),
    devices: byId(all.devices),
    bricks: byId(all.bricks),
    volumes: byId(all.volumes),
    blockVolumes: byId(all.blockVolumes),
    operations: byId(all.operations),
    children: all.children,
  };
  let totalinconsistencies = 0;
  const kinds = CHECKS.map(({ name, of, check }) => {
    const count = new KindCount();
    const texts = (of === null ? [] : all[of]).flatMap((record) => count.seen(record, check(record, context)));
    totalinconsistencies += texts.length;
    return [name, { ...count.figures(), inconsistencies: count.notok === 0 ? null : texts }];
  });
  return { ...Object.fromEntries(kinds), totalinconsistencies };
}

/** Of one kind of records. */
export class KindCount {
  notok = 0;
  #total = 0;
  #pending = 0;

  /** `texts`: what is wrong with it; answered as they are. */
  seen(record: object, texts: readonly string[]): readonly string[] {
    this.#total += 1;
    if ('pendingId' in record && record.pendingId !== null) this.#pending += 1;
    if (texts.length > 0) this.notok += 1;
    return texts;
  }

  figures(): Omit<KindReport, 'inconsistencies'> {
    return { total: this.#total, pending: this.#pending, ok: this.#total - this.notok, notok: this.notok };
  }
}

interface KindCheck {
  readonly name: Exclude<keyof CheckReport, 'totalinconsistencies'>;
  /** Null for what the original never looks at. */
  readonly of: RecordKind | null;
  check(record: AllRecords[RecordKind][number], context: CheckContext): readonly string[];
}

function checkOf<Kind extends RecordKind>(
  name: KindCheck['name'],
  of: Kind,
  check: (record: AllRecords[Kind][number], context: CheckContext) => readonly string[],
): KindCheck {
  return { name, of, check: check as KindCheck['check'] };
}

/** In the order of the report. */
export const CHECKS: readonly KindCheck[] = [
  checkOf('clusters', 'clusters', checkCluster),
  checkOf('volumes', 'volumes', checkVolume),
  checkOf('bricks', 'bricks', checkBrick),
  checkOf('nodes', 'nodes', checkNode),
  checkOf('devices', 'devices', checkDevice),
  checkOf('blockvolumes', 'blockVolumes', checkBlockVolume),
  { name: 'dbattributes', of: null, check: () => [] },
  checkOf('pendingoperations', 'operations', checkOperation),
];

function byId<T extends { readonly id: Id }>(entities: readonly T[]): ReadonlyMap<Id, T> {
  return new Map(entities.map((entity) => [entity.id, entity]));
}

function checkCluster({ id }: Cluster, { nodes, volumes, blockVolumes, children }: CheckContext): readonly string[] {
  const parent = { name: 'Cluster', kind: 'cluster', id };
  return [
    ...checkChildren(parent, 'node', children.list('cluster-node', id), nodes, (node) => node.clusterId),
    ...checkChildren(parent, 'volume', children.list('cluster-volume', id), volumes, (volume) => volume.clusterId),
    ...checkChildren(
      parent,
      'blockvolume',
      children.list('cluster-block-volume', id),
      blockVolumes,
      (volume) => volume.clusterId,
    ),
  ];
}

function checkNode(node: Node, context: CheckContext): readonly string[] {
  const self = { name: 'Node', kind: 'node', id: node.id };
  const devices = context.children.list('node-device', node.id);
  return [
    ...checkParent(self, 'cluster', node.clusterId, context.clusters, 'cluster-node', context),
    ...checkChildren(self, 'device', devices, context.devices, (device) => device.nodeId),
  ];
}

function checkDevice(device: Device, context: CheckContext): readonly string[] {
  const self = { name: 'Device', kind: 'device', id: device.id };
  const listed = context.children.list('device-brick', device.id);
  const texts = [
    ...checkParent(self, 'node', device.nodeId, context.nodes, 'node-device', context),
    ...checkChildren(self, 'brick', listed, context.bricks, (brick) => brick.deviceId),
  ];
  const total = trueCount(device, 'totalKib', device.totalKib);
  const free = trueCount(device, 'freeKib', device.freeKib);
  const used = trueCount(device, 'usedKib', device.usedKib);
  const taken = takenKib(listed, context);
  if (used !== taken) {
    texts.push(`Device ${device.id} size values differ Used(${used}) != aggregateBricksSize(${taken})`);
  }
  if (total !== free + used) {
    texts.push(`Device ${device.id} size values differ Total(${total}) != Free(${free}) + Used(${used})`);
  }
  return texts;
}

/** What the thin pools of a device's bricks take; the bricks of clones share the pool of their source. */
function takenKib(brickIds: readonly Id[], { bricks }: CheckContext): bigint {
  const pools = new Map<string, bigint>();
  for (const id of brickIds) {
    const brick = bricks.get(id);
    if (brick === undefined) continue;
    const pool = trueCount(brick, 'thinPoolKib', brick.thinPoolKib);
    pools.set(brickThinPoolName(brick), pool + trueCount(brick, 'poolMetadataKib', brick.poolMetadataKib));
  }
  return [...pools.values()].reduce((sum, kib) => sum + kib, 0n);
}

function checkBrick(brick: Brick, context: CheckContext): readonly string[] {
  const self = { name: 'Brick', kind: 'brick', id: brick.id };
  const { volumes, devices, nodes } = context;
  return [
    ...checkPendingMark('Brick', brick, context),
    ...(nodes.has(brick.nodeId) ? [] : [`Brick ${brick.id} unknown node ${brick.nodeId}`]),
    ...(isParked(brick) ? [] : checkParent(self, 'volume', brick.volumeId, volumes, 'volume-brick', context)),
    ...checkParent(self, 'device', brick.deviceId, devices, 'device-brick', context),
  ];
}

function checkOperation(operation: PendingOperation, context: CheckContext): readonly string[] {
  return operation.actions.flatMap((action, position) => checkAction(operation, action, position, context));
}

function checkAction(
  operation: PendingOperation,
  { change, id }: Action,
  position: number,
  context: CheckContext,
): readonly string[] {
  const named = NAMED[change];
  if (named !== undefined) {
    const { bricks, volumes, blockVolumes } = context;
    const object = { brick: bricks, volume: volumes, blockvolume: blockVolumes }[named.kind].get(id);
    if (object === undefined) {
      return [`pending op ${operation.id} id in change missing ${id} not found in ${named.kind}s`];
    }
    if (!named.isMarked || object.pendingId === operation.id) return [];
    return [`Pending Op ${operation.id} no link back to pending op from ${named.kind} ${id}`];
  }
  if (change === 'child-operation' || change === 'parent-operation') {
    return context.operations.has(id)
      ? []
      : [`pending op ${operation.id} id in change missing ${id} not found in pending ops`];
  }
  if (change !== 'unknown') return [];
  const number = operation.exact?.[`change.${position}`] ?? CHANGES[change];
  return [`Pending Op ${operation.id} unexpected change type ${number}`];
}
