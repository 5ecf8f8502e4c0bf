import { describe, expect, it } from 'vitest';
import type { QueueEntry } from '../../src/domain/queue-entry.js';
import { ENGINES, openIn } from './engines.js';
import { queueEntry } from './records.js';

describe.each(ENGINES)('$name:', (engine) => {
  const pending = queueEntry('q1');

  it('pending queue entries are listed until they are answered', async () => {
    const store = await openIn(engine);
    await store.write((tx) => tx.queue.insert(pending));
    expect(await store.read((tx) => tx.queue.listPending())).toEqual([pending]);
    const done: QueueEntry = { ...pending, state: 'done', location: '/volumes/f1' };
    await store.write((tx) => tx.queue.update(done));
    expect(await store.read((tx) => tx.queue.listPending())).toEqual([]);
    expect(await store.read((tx) => tx.queue.findByOperation('o1'))).toEqual(done);
  });

  it('deleting a queue entry twice is no error', async () => {
    const store = await openIn(engine);
    await store.write((tx) => tx.queue.insert(pending));
    await store.write((tx) => tx.queue.delete('q1'));
    await store.write((tx) => tx.queue.delete('q1'));
    expect(await store.read((tx) => tx.queue.find('q1'))).toBeNull();
  });

  it('idempotency keys older than a moment are forgotten', async () => {
    const store = await openIn(engine);
    await store.write(async (tx) => {
      await tx.idempotencyKeys.insert({ key: 'old', requestHash: 'h', queueId: 'q1', createdAt: 99 });
      await tx.idempotencyKeys.insert({ key: 'new', requestHash: 'h', queueId: 'q2', createdAt: 100 });
      await tx.idempotencyKeys.deleteOlderThan(100);
    });
    expect(await store.read((tx) => tx.idempotencyKeys.find('old'))).toBeNull();
    expect(await store.read((tx) => tx.idempotencyKeys.find('new'))).not.toBeNull();
  });
});
