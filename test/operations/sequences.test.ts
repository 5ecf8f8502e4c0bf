import { expect, it, onTestFinished, vi } from 'vitest';
import type { Id } from '../../src/domain/ids.js';
import { NEW_RECORD, type Progress } from '../../src/domain/pending-operation.js';
import { markInterrupted, Recovery } from '../../src/operations/engine/recovery.js';
import { Schedule } from '../../src/operations/engine/schedule.js';
import { beginAgain } from '../../src/operations/engine/transitions/beginnings.js';
import { approachOutcome, succeed } from '../../src/operations/engine/transitions/ends.js';
import type { QueueTicket } from '../../src/operations/ports/queue.js';
import { volumeCreate } from '../../src/operations/volumes/volume-create.js';
import { Gate } from '../support/gate.js';
import { answerOf, done, loadTopology, type Pool, SILENT, strictHosts, withPool } from '../support/pool.js';
import { threeVolumes } from '../support/three-volumes.js';
import { WatchedExecutor } from '../support/watched-executor.js';

const BY = { issuer: 'admin', requestId: 'r-7', address: '192.0.2.7' };
const WAIT_MS = 3_600_000;
const kind = threeVolumes(WAIT_MS);

interface Scene {
  readonly pool: Pool;
  readonly hosts: ReturnType<typeof strictHosts>;
  readonly ticket: QueueTicket;
  readonly id: Id;
  /** Opened when the command that makes volume `two` comes; it is held until `go` is. */
  readonly reached: Gate;
  readonly go: Gate;
}

/** A sequence of three parts that waits for an hour before the last. */
async function withSequence(work: (scene: Scene) => Promise<void>): Promise<void> {
  const [reached, go] = [new Gate(), new Gate()];
  const hosts = strictHosts(3, 2);
  const executor = new WatchedExecutor(hosts, async (line) => {
    if (!line.includes(' volume create two ')) return;
    reached.open();
    await go.opened;
  });
  await withPool(
    executor,
    async (pool) => {
      const clusterId = await loadTopology(pool, 3, 2);
      const ticket = await pool.engine.beginSequence(kind, clusterId, BY);
      const [record] = await pool.store.read((tx) => tx.operations.list());
      await work({ pool, hosts, ticket, id: record?.id ?? '', reached, go });
    },
    { sequences: [kind] },
  );
}

const recordOf = ({ pool, id }: Scene) => pool.store.read((tx) => tx.operations.find(id));
const names = async ({ pool }: Scene) =>
  (await pool.store.read((tx) => tx.volumes.list())).map(({ name }) => name).sort();

it('tells how far it has come, and its parts are records of their own', () =>
  withSequence(async (scene) => {
    await scene.reached.opened;
    expect((await recordOf(scene))?.progress).toEqual({
      done: 1,
      total: 3,
      current: 'makes volume two',
      failure: null,
      isCancelled: false,
    } satisfies Progress);
    const parts = await scene.pool.store.read((tx) => tx.operations.listByParent(scene.id));
    expect(parts).toMatchObject([{ type: 'create-volume', origin: 'sequence', requestedBy: BY }]);
    scene.go.open();
  }));

it('waits without holding anything, and goes on when it is asked again', () =>
  withSequence(async (scene) => {
    const { pool, ticket, id, go } = scene;
    go.open();
    await pool.runner.settled();
    const record = await recordOf(scene);
    expect(record).toMatchObject({
      status: '',
      progress: { done: 2, current: 'waits for the time to pass' },
      retry: null,
    });
    expect(record?.dueAt).toBeGreaterThan(0);
    expect(await pool.operations.inFlight()).toBe(0);
    expect(record && pool.operations.isInFlight(record)).toBe(false);
    expect(await names(scene)).toEqual(['one', 'two']);
    await pool.recovery.run([id]);
    expect(await done(pool, ticket)).toBe('/volumes');
    expect(await names(scene)).toEqual(['one', 'three', 'two']);
  }));

it('goes on with the same wait after a restart', () =>
  withSequence(async (scene) => {
    const { pool, ticket, go } = scene;
    go.open();
    await pool.runner.settled();
    const before = await recordOf(scene);
    await markInterrupted(pool.store, SILENT);
    pool.recovery.runDue();
    await pool.recovery.settled();
    expect(await recordOf(scene)).toEqual({ ...before, status: 'stale' });
    await pool.recovery.run();
    expect(await done(pool, ticket)).toBe('/volumes');
  }));

it('ends after the part that runs when it is cancelled, and what was done stays', () =>
  withSequence(async (scene) => {
    const { pool, ticket, id, reached, go } = scene;
    await reached.opened;
    await pool.engine.cancel(id);
    go.open();
    expect((await answerOf(pool, ticket)).error).toBe('remove-node was cancelled; what its parts have done stays');
    expect(await names(scene)).toEqual(['one', 'two']);
    expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
  }));

it('is cancelled while it waits, at once', () =>
  withSequence(async (scene) => {
    const { pool, ticket, id, go } = scene;
    go.open();
    await pool.runner.settled();
    await pool.engine.cancel(id);
    expect((await answerOf(pool, ticket)).error).toMatch(/was cancelled/);
  }));

it('is cancelled again, and after a restart, with the same end', () =>
  withSequence(async (scene) => {
    const { pool, ticket, id, go } = scene;
    go.open();
    await pool.runner.settled();
    await markInterrupted(pool.store, SILENT);
    await Promise.all([pool.operations.cancel(id), pool.operations.cancel(id)]);
    expect((await answerOf(pool, ticket)).error).toMatch(/was cancelled/);
    await pool.runner.settled();
    expect(await names(scene)).toEqual(['one', 'two']);
    await expect(pool.operations.cancel(id)).rejects.toThrow('Id not found');
  }));

it.each([
  ['request', /create-volume.*has no parts .* taken back as a whole/],
  ['heketi', /Heketi began it/],
  ['leftover', /has left on hosts/],
] as const)('what is none can not be cancelled, and says why (%s)', (origin, reason) =>
  withPool(strictHosts(1, 1), async ({ store, operations }) => {
    const record = { ...NEW_RECORD, id: 'other', type: 'create-volume', createdAt: 1, actions: [], origin } as const;
    await store.write((tx) => tx.operations.insert(record));
    await expect(operations.cancel('other')).rejects.toThrow(reason);
    expect(await store.read((tx) => tx.operations.find('other'))).toEqual(record);
  }),
);

it('learns why a part failed', () =>
  withSequence(async (scene) => {
    const { pool, hosts, ticket, reached, go } = scene;
    await reached.opened;
    hosts.setFaults([
      { kind: 'fail', match: ' volume start two', exitCode: 1, stderr: 'volume start: two: failed: no' },
    ]);
    go.open();
    expect((await answerOf(pool, ticket)).error).toBe('a part failed: volume start: two: failed: no');
    expect(await names(scene)).toEqual(['one']);
    expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
  }));

it('is nothing that a change without parts could be', () =>
  withSequence(async ({ pool, reached, go, id }) => {
    await reached.opened;
    const [part] = await pool.store.read((tx) => tx.operations.listByParent(id));
    await expect(pool.operations.cancel(part?.id ?? '')).rejects.toThrow(
      `it is a part of operation ${id}; cancel that`,
    );
    expect((await pool.store.read((tx) => tx.operations.find(id)))?.progress?.isCancelled).toBe(false);
    go.open();
  }));

it('knows a part that is tried anew, and not what a part has left behind', () =>
  withPool(strictHosts(3, 2), async ({ store }) => {
    const part = { ...NEW_RECORD, type: 'create-volume', createdAt: 1, actions: [], origin: 'sequence' } as const;
    const left = [{ change: 'delete-brick', id: 'b', delta: null }] as const;
    await store.write(async (tx) => {
      for (const id of ['again', 'left']) await tx.operations.insert({ ...part, id, parentId: 'parent' });
      await beginAgain(tx, volumeCreate, 'again', { actions: [], plan: {}, lane: '' });
      const later = () => ({ retry: null, dueAt: 5 });
      await succeed(tx, await approachOutcome(tx, 'left'), { location: null, remaining: left }, later);
    });
    const parts = await store.read((tx) => tx.operations.listByParent('parent'));
    expect(parts).toMatchObject([{ id: 'again', origin: 'sequence' }]);
    expect(await store.read((tx) => tx.operations.find('left'))).toMatchObject({ origin: 'leftover', dueAt: 5 });
  }));

it('that wait are asked again when the database could not be read at their time', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const read = vi.fn().mockRejectedValueOnce(new Error('the disk is slow')).mockResolvedValue([]);
  const waits = new Schedule(SILENT, () => recovery.runWaiting());
  waits.start(WAIT_MS);
  const recovery = new Recovery(
    { read } as never,
    {} as never,
    { schedule: waits, waits },
    { onUp: () => undefined } as never,
    SILENT,
    () => false,
  );
  recovery.runWaiting();
  await recovery.settled();
  await vi.advanceTimersByTimeAsync(30_000);
  await recovery.settled();
  expect(read).toHaveBeenCalledTimes(2);
});
