import { createHash, createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { AdminState } from '../../src/api/admin-state.js';
import type { LogLevelName } from '../../src/api/handlers/deps.js';
import { buildServer, type ServerDeps } from '../../src/api/server.js';
import { EventFeed } from '../../src/events/event-feed.js';
import { checkText } from '../../src/interchange/check-text.js';
import { dumpText, dumpTexts } from '../../src/interchange/dump-text.js';
import { QueueAnswers } from '../../src/operations/engine/queue-answers.js';
import { Comparisons } from '../../src/operations/examination/comparisons.js';
import { readPoolRecords } from '../../src/operations/examination/pool-records.js';
import type { DeviceHealth } from '../../src/operations/ports/devices.js';
import type { Operations } from '../../src/operations/ports/operations.js';
import { UsageBooks } from '../../src/operations/usage/usage-books.js';
import { openMemoryStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';

export const KEYS = { admin: 'admin secret', user: 'user-secret' };
export const NOW_MS = 1_800_000_000_000;
export const UNKNOWN_ID = '0123456789abcdef0123456789abcdef';
export const QUEUE_ID = 'f'.repeat(32);

export interface ApiServer {
  readonly server: FastifyInstance;
  readonly store: Store;
  readonly admin: AdminState;
  /** Name and arguments of every operation asked for. */
  readonly calls: { readonly name: string; readonly args: readonly unknown[] }[];
  readonly logged: { readonly fields: object; readonly message: string }[];
}

/** The HTTP layer on an empty in-memory store, over operations that answer as scripted. */
export async function startApi(
  operations: Partial<Operations> = {},
  overrides: Partial<ServerDeps> = {},
): Promise<ApiServer> {
  const calls: ApiServer['calls'] = [];
  const logged: ApiServer['logged'] = [];
  const store = await openMemoryStore();
  const admin = new AdminState('normal');
  let level: LogLevelName = 'warning';
  const error = (fields: object, message: string): void => void logged.push({ fields, message });
  const log = { debug() {}, info() {}, warn() {}, error, child: () => log };
  const differences = async () => ({ differences: [], notCompared: [], pendingOperations: [] });
  const server = await buildServer({
    store,
    admin,
    operations: scriptedOperations(operations, calls),
    answers: new QueueAnswers(store, log, { holdMs: 0, isRunning: () => true }),
    usage: () => new UsageBooks(),
    auth: null,
    now: () => NOW_MS,
    metrics: {
      render: async () => ({
        contentType: 'text/plain; version=0.0.4; charset=utf-8',
        pieces: Readable.from(['heketi_up 1\n']),
      }),
    },
    logLevels: {
      get: () => level,
      set(to) {
        level = to;
      },
    },
    reports: { dumpText, dumpTexts, checkText },
    pool: {
      examine: async () => ({ records: await store.read(readPoolRecords), nodes: [] }),
      differences,
      comparisons: new Comparisons(differences),
    },
    restored: { isHeld: false, refusal: '', copiedAt: null, startedAt: NOW_MS, confirm: async () => {} },
    feed: new EventFeed(store),
    probes: { whyUnhealthy: async () => null, whyNotReady: async () => null },
    log,
    ...overrides,
  });
  return { server, store, admin, calls, logged };
}

const healthOf = (deviceId: string): DeviceHealth => ({
  deviceId,
  deviceName: '/dev/sdb',
  nodeId: UNKNOWN_ID,
  host: 'h1',
  condition: 'ok',
  reason: '',
  bricksDown: [],
  notes: [],
  checkedAt: null,
  command: null,
});

const NOTHING_TO_MOVE = {
  isPossible: true,
  obstacle: null,
  movable: 0,
  healKib: 0,
  unknownHeals: 0,
  bricks: [],
  healing: [],
};

const NOTHING_TO_REPAIR = {
  isPossible: true,
  obstacle: null,
  repairable: 0,
  steps: [],
  differences: [],
  notCompared: [],
  pendingOperations: [],
};

/** Every operation is accepted unless `script` says otherwise. */
function scriptedOperations(script: Partial<Operations>, calls: ApiServer['calls']): Operations {
  const ticket = async () => ({ queueId: QUEUE_ID });
  const tags = async () => ({});
  const done = async () => {};
  const operations: Operations = {
    createCluster: async () => UNKNOWN_ID,
    setClusterFlags: done,
    deleteCluster: done,
    changeNodeTags: tags,
    changeDeviceTags: tags,
    addNode: ticket,
    deleteNode: ticket,
    setNodeState: ticket,
    loseNode: ticket,
    setHostnames: ticket,
    evictBrick: ticket,
    reinstateNode: ticket,
    repairNode: ticket,
    repairState: ticket,
    planStateRepair: async () => NOTHING_TO_REPAIR,
    repairReport: () => null,
    lastRepairReport: () => null,
    forgetHostKey: done,
    addDevice: ticket,
    listDeviceHealth: async () => [],
    deviceHealth: async (id) => healthOf(id),
    checkDeviceHealth: async (id) => healthOf(id),
    preflightDevice: async (nodeId, device) => ({
      nodeId,
      host: 'h1',
      device,
      sizeKib: null,
      isUsable: true,
      isUsableIfWiped: true,
      checks: [],
    }),
    deleteDevice: ticket,
    setDeviceState: ticket,
    resyncDevice: ticket,
    planRemoval: async () => NOTHING_TO_MOVE,
    planReinstatement: async () => NOTHING_TO_MOVE,
    createVolume: ticket,
    expandVolume: ticket,
    cloneVolume: ticket,
    deleteVolume: ticket,
    claimVolume: done,
    adoptBricks: ticket,
    setBlockRestriction: ticket,
    planExpansion: async () => ({ fits: false, clusterId: null, bricks: [], refusals: [], largestGib: 0 }),
    checkVolumeHealth: async () => ({ volumeId: UNKNOWN_ID, state: 'missing', sets: [], unknown: [] }),
    planVolume: async () => ({ fits: false, clusterId: null, bricks: [], refusals: [], largestGib: 0 }),
    createBlockVolume: ticket,
    expandBlockVolume: ticket,
    deleteBlockVolume: ticket,
    planBlockVolume: async () => ({
      ...{ fits: false, hosting: null, newHosting: null },
      ...{ reason: '', refusals: [], largestGib: 0 },
    }),
    cancel: done,
    cleanUp: ticket,
    inFlight: async () => 0,
    isInFlight: () => false,
    ...script,
  };
  return new Proxy(operations, {
    get(target, name) {
      const operation = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        calls.push({ name: String(name), args });
        return operation(...args);
      };
    },
  });
}

export type TokenHeader = { readonly alg?: string; readonly typ?: string };

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token that is good for this request, but for what `claims` and `key` say. */
export function token(
  method: string,
  path: string,
  claims: Record<string, unknown> = {},
  key = KEYS.admin,
  header: TokenHeader = { alg: 'HS256', typ: 'JWT' },
): string {
  const now = NOW_MS / 1000;
  const qsh = createHash('sha256').update(`${method}&${path}`).digest('hex');
  const signed = `${encode(header)}.${encode({ iss: 'admin', iat: now, exp: now + 300, qsh, ...claims })}`;
  const hash = { HS384: 'sha384', HS512: 'sha512' }[header.alg ?? ''] ?? 'sha256';
  return `${signed}.${createHmac(hash, key).update(signed).digest('base64url')}`;
}

export function bearer(...args: Parameters<typeof token>): { readonly authorization: string } {
  return { authorization: `bearer ${token(...args)}` };
}

/** Sends `payload` as it is, with no Content-Type unless given. */
export async function ask(
  server: FastifyInstance,
  method: string,
  url: string,
  options: Omit<InjectOptions, 'method' | 'url'> = {},
) {
  return server.inject({ method: method as 'GET', url, ...options });
}
