import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../src/domain/event.js';
import type { Store } from '../../src/store/store.js';
import { ENGINES, openIn } from './engines.js';

const ABOUT = { kind: 'volume', id: 'v1', name: 'first', clusterId: 'c1' } as const;
const event = (overrides: Partial<NewEvent> = {}): NewEvent => ({
  at: 1_700_000_000_000,
  type: 'volume.created',
  subject: ABOUT,
  operation: null,
  requestedBy: null,
  reason: null,
  details: {},
  ...overrides,
});

const idsOf = async (store: Store) => (await store.read((tx) => tx.events.listAfter(0, 100))).map(({ id }) => id);

describe.each(ENGINES)('$name:', (engine) => {
  async function storeWith(count: number): Promise<Store> {
    const store = await openIn(engine);
    for (let i = 1; i <= count; i++) await store.write((tx) => tx.events.insert(event({ at: i })));
    return store;
  }

  it('events come back as they were stored, also from a file opened again', async () => {
    const place = await engine.newPlace();
    const told = event({
      operation: { id: 'o1', type: 'create-volume' },
      requestedBy: { issuer: null, requestId: 'r-1', address: '192.0.2.1' },
      reason: 'no "space"',
      details: { sizeGib: 10, isComplete: false },
    });
    const first = await openIn(engine, place);
    await first.write((tx) => tx.events.insert(told));
    await first.close();
    const second = await openIn(engine, place);
    expect(await second.read((tx) => tx.events.listAfter(0, 10))).toEqual([{ ...told, id: 1 }]);
  });

  it('ids go on where the last commit ended: those of a unit that is taken back are given again', async () => {
    const store = await storeWith(2);
    const refused = store.write(async (tx) => {
      await tx.events.insert(event());
      throw new Error('refused');
    });
    await expect(refused).rejects.toThrow('refused');
    await store.write((tx) => tx.events.insert(event()));
    expect(await idsOf(store)).toEqual([1, 2, 3]);
  });

  it('ids are never given twice, though all events are deleted', async () => {
    const store = await storeWith(2);
    expect(await store.write((tx) => tx.events.deleteOldest(2, 10))).toBe(2);
    expect(await store.read((tx) => tx.events.findOldestId())).toBeNull();
    await store.write((tx) => tx.events.insert(event()));
    expect(await idsOf(store)).toEqual([3]);
  });

  it('ids that were skipped are not given, and none goes back', async () => {
    const store = await storeWith(1);
    await store.write((tx) => tx.events.skipTo(50));
    await store.write((tx) => tx.events.skipTo(7));
    await store.write((tx) => tx.events.insert(event()));
    expect(await idsOf(store)).toEqual([1, 51]);
    expect(await store.read((tx) => tx.events.findLastId())).toBe(51);
  });

  it('are read in both directions, of everything or of one thing', async () => {
    const store = await storeWith(3);
    await store.write((tx) => tx.events.insert(event({ subject: { ...ABOUT, id: 'v2' } })));
    const ids = async (list: Promise<readonly { readonly id: number }[]>) => (await list).map(({ id }) => id);
    await store.read(async ({ events }) => {
      expect(await ids(events.listAfter(1, 2))).toEqual([2, 3]);
      expect(await ids(events.listBefore(4, 2))).toEqual([3, 2]);
      expect(await ids(events.listAfter(0, 10, 'v2'))).toEqual([4]);
      expect(await ids(events.listBefore(10, 10, 'v1'))).toEqual([3, 2, 1]);
    });
  });

  it('the bounds of what is kept are found', async () => {
    const store = await storeWith(5);
    await store.read(async ({ events }) => {
      expect(await events.findNthNewestId(2)).toBe(3);
      expect(await events.findNthNewestId(5)).toBeNull();
      expect(await events.listOldestDates(2)).toEqual([
        { id: 1, at: 1 },
        { id: 2, at: 2 },
      ]);
    });
  });
});
