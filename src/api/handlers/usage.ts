import type { Brick } from '../../domain/brick.js';
import type { Device } from '../../domain/device.js';
import { bricksPerSet } from '../../domain/durability.js';
import { DomainError } from '../../domain/errors.js';
import { type Id, isId } from '../../domain/ids.js';
import type { KnownUse } from '../../domain/usage.js';
import { stringifyJson } from '../../json/stringify-json.js';
import type { ReadTx, StoreReader } from '../../store/store.js';
import { nextTurn } from '../../timing/turns.js';
import type { Handlers } from '../contract/handlers.js';
import { brickUsage, deviceUsage, volumeUsage } from '../wire/usage.js';
import { found } from './answers.js';
import type { HandlerDeps } from './deps.js';

const LISTS = ['devices', 'volumes', 'bricks'] as const;
type ListName = (typeof LISTS)[number];
const SCOPES = ['cluster', 'node', 'device', 'volume'] as const;

/** What is asked about; null: everything. */
type Scope = { readonly kind: (typeof SCOPES)[number]; readonly id: Id } | null;

/** Of one piece of the text: one read, and one turn of the event loop. */
const AT_ONCE = 20;

export function usageHandlers({ store, usage }: Pick<HandlerDeps, 'store' | 'usage'>): Pick<Handlers, 'usage'> {
  return {
    async usage({ query }) {
      const asked = query();
      const [lists, scope] = [listsIn(asked), scopeIn(asked)];
      const known = usage();
      if (scope !== null) await store.read((tx) => refuseUnknown(tx, scope));
      return { status: 200, pieces: usageText(store, known, lists, scope) };
    },
  };
}

/** What is deleted while others are read is left out. */
async function* usageText(
  store: StoreReader,
  usage: KnownUse,
  lists: ReadonlySet<ListName>,
  scope: Scope,
): AsyncGenerator<string> {
  yield '{"devices":[';
  const deviceIds = lists.has('devices') || lists.has('bricks') ? await store.read((tx) => deviceIdsOf(tx, scope)) : [];
  if (lists.has('devices'))
    yield* elementsOf(store, deviceIds, (tx, ids) =>
      perDevice(tx, ids, async (device, bricks) => {
        const volumes = await tx.volumes.listByIds([...new Set(bricks.map(({ volumeId }) => volumeId))]);
        const healing = new Set(volumes.filter(({ durability }) => bricksPerSet(durability) > 1).map(({ id }) => id));
        const node = await tx.nodes.find(device.nodeId);
        return [deviceUsage(device, node?.clusterId ?? '', bricks, usage, (id) => healing.has(id))];
      }),
    );
  yield '],"volumes":[';
  if (lists.has('volumes'))
    yield* elementsOf(store, await store.read((tx) => volumeIdsOf(tx, scope)), async (tx, ids) => {
      const bricks = await tx.bricks.listShownByVolumes(ids);
      const volumes = (await tx.volumes.listByIds(ids)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
      return volumes.map((volume) =>
        volumeUsage(
          volume,
          bricks.filter(({ volumeId }) => volumeId === volume.id),
          usage,
        ),
      );
    });
  yield '],"bricks":[';
  if (lists.has('bricks'))
    yield* elementsOf(store, deviceIds, (tx, ids) =>
      perDevice(tx, ids, async (_device, bricks) =>
        bricks
          .filter(({ volumeId }) => scope?.kind !== 'volume' || volumeId === scope.id)
          .map((brick) => brickUsage(brick, usage)),
      ),
    );
  yield ']}\n';
}

/** The elements that `read` makes of these ids, some at a time, with the commas between them. */
async function* elementsOf(
  store: StoreReader,
  ids: readonly Id[],
  read: (tx: ReadTx, ids: readonly Id[]) => Promise<readonly object[]>,
): AsyncGenerator<string> {
  let separator = '';
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const elements = await store.read((tx) => read(tx, ids.slice(from, from + AT_ONCE)));
    if (elements.length > 0) {
      yield `${separator}${stringifyJson(elements).slice(1, -1)}`;
      separator = ',';
    }
    await nextTurn();
  }
}

async function perDevice(
  tx: ReadTx,
  ids: readonly Id[],
  make: (device: Device, bricks: readonly Brick[]) => Promise<readonly object[]>,
): Promise<readonly object[]> {
  const all: object[] = [];
  for (const id of ids) {
    const device = await tx.devices.find(id);
    if (device) all.push(...(await make(device, await tx.bricks.listByDevice(id))));
  }
  return all;
}

async function deviceIdsOf(tx: ReadTx, scope: Scope): Promise<readonly Id[]> {
  if (scope === null) return idsOf(await tx.devices.list());
  if (scope.kind === 'cluster') return idsOf(await tx.devices.listByCluster(scope.id)).toSorted();
  if (scope.kind === 'node') return idsOf(await tx.devices.listByNode(scope.id));
  if (scope.kind === 'device') return [scope.id];
  return sortedSet((await tx.bricks.listShownByVolume(scope.id)).map(({ deviceId }) => deviceId));
}

async function volumeIdsOf(tx: ReadTx, scope: Scope): Promise<readonly Id[]> {
  if (scope === null) return tx.volumes.listVisibleIds();
  if (scope.kind === 'cluster') return tx.volumes.listVisibleIdsByCluster(scope.id);
  if (scope.kind === 'volume') return [scope.id];
  const bricks = await (scope.kind === 'node' ? tx.bricks.listByNode(scope.id) : tx.bricks.listByDevice(scope.id));
  const visible = new Set(await tx.volumes.listVisibleIds());
  return sortedSet(bricks.map(({ volumeId }) => volumeId)).filter((id) => visible.has(id));
}

async function refuseUnknown(tx: ReadTx, { kind, id }: NonNullable<Scope>): Promise<void> {
  if (kind === 'cluster') found(await tx.clusters.find(id));
  else if (kind === 'node') found(await tx.nodes.find(id));
  else if (kind === 'device') found(await tx.devices.find(id));
  else found(await tx.volumes.findVisibleIn(id));
}

function listsIn(asked: URLSearchParams): ReadonlySet<ListName> {
  const given = asked.get('of');
  if (given === null) return new Set(LISTS);
  return new Set(
    given.split(',').map((name) => {
      const known = LISTS.find((list) => list === name);
      if (known) return known;
      throw new DomainError(
        'invalid',
        `of has ${JSON.stringify(name.slice(0, 40))}: it takes ${LISTS.join(', ')}, separated by commas`,
      );
    }),
  );
}

function scopeIn(asked: URLSearchParams): Scope {
  const given = SCOPES.filter((kind) => asked.has(kind));
  const [kind] = given;
  if (given.length > 1) throw new DomainError('invalid', `send one of ${given.join(', ')}, and not both`);
  if (kind === undefined) return null;
  const id = asked.get(kind) ?? '';
  if (!isId(id)) throw new DomainError('invalid', `${kind} must be an id: 32 hex digits`);
  return { kind, id: id.toLowerCase() };
}

function idsOf(rows: readonly { readonly id: Id }[]): readonly Id[] {
  return rows.map(({ id }) => id);
}

function sortedSet(ids: readonly Id[]): readonly Id[] {
  return [...new Set(ids)].sort();
}
