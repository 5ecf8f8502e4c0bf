import { expect, it } from 'vitest';
import { RestoredDatabase } from '../../src/operations/engine/restored-database.js';
import { openMemoryStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';
import { operation } from '../store/records.js';
import { SILENT } from '../support/pool.js';

const COPIED_MS = 1_700_000_000_000;

async function restoredStore(): Promise<Store> {
  const store = await openMemoryStore();
  await store.write(async (tx) => {
    await tx.origin.setCopiedAt(COPIED_MS);
    await tx.operations.insert(operation('o1', []));
  });
  return store;
}

/** A start of a server; what it did, in order. */
async function start(store: Store) {
  const did: string[] = [];
  const logged: string[] = [];
  const log = { ...SILENT, error: (_fields: object, text: string) => void logged.push(text) };
  const restored = await RestoredDatabase.find(store, log, false);
  const takeOver = async () => {
    did.push('take over');
    return () => void did.push('take part');
  };
  restored.whenFree(takeOver, () => did.push('work'));
  return { restored, did, logged };
}

const copiedAt = (store: Store) => store.read((tx) => tx.operations.find('o1')).then((record) => record?.copiedAt);

it('holds a server on a restored database over all its starts, until somebody confirms', async () => {
  const store = await restoredStore();
  await start(store);
  const { restored, did, logged } = await start(store);
  expect([restored.isHeld, did]).toEqual([true, []]);
  expect(logged.join()).toMatch(/^HELD: .* made 2023-11-14T22:13:20.000Z\. .*heketi-cli server restore confirm$/);
  expect(await copiedAt(store)).toBe(COPIED_MS);
  await Promise.all([restored.confirm(), restored.confirm()]);
  expect([restored.isHeld, did]).toEqual([false, ['take over', 'take part', 'work']]);
  await expect(restored.confirm()).rejects.toMatchObject({ code: 'conflict' });

  const next = await start(store);
  expect([next.restored.isHeld, next.did, next.logged]).toEqual([false, ['work'], []]);
  expect(await copiedAt(store)).toBe(COPIED_MS);
});

it('stays held when the confirmation could not be written, and takes it then', async () => {
  const store = await restoredStore();
  let isFull = true;
  const failing: Store = {
    ...store,
    write: (work, options) =>
      store.write(async (tx) => {
        const result = await work(tx);
        if (isFull && (await tx.origin.copiedAt()) === null) throw new Error('disk full');
        return result;
      }, options),
  };
  const { restored, did } = await start(failing);
  await expect(restored.confirm()).rejects.toThrow('disk full');
  expect([restored.isHeld, did]).toEqual([true, ['take over']]);
  expect((await start(store)).restored.isHeld).toBe(true);
  isFull = false;
  await restored.confirm();
  expect([restored.isHeld, did.at(-1)]).toEqual([false, 'work']);
});

it('an operation that is recorded after the confirmation is not one of the copy', async () => {
  const store = await restoredStore();
  const { restored } = await start(store);
  await restored.confirm();
  await store.write((tx) => tx.operations.insert(operation('o2', [])));
  await start(store);
  const later = await store.read((tx) => tx.operations.find('o2'));
  expect(later?.copiedAt).toBeUndefined();
});

it('a confirmation that is written is one, whatever happens to the database after it', async () => {
  const store = await restoredStore();
  let isGone = false;
  const failing: Store = {
    ...store,
    read: (work) => (isGone ? Promise.reject(new Error('the disk is gone')) : store.read(work)),
    write: async (work, options) => {
      const result = await store.write(work, options);
      isGone = true;
      return result;
    },
  };
  const { restored, did } = await start(failing);
  isGone = false;
  await restored.confirm();
  expect([isGone, restored.isHeld, did.at(-1)]).toEqual([true, false, 'work']);
});

it('what happens, and who asks for what, has ids from then on that the server of which it is a copy has not come to', async () => {
  const store = await restoredStore();
  const { restored } = await start(store);
  const lastIds = () => store.read(async (tx) => [await tx.events.findLastId(), await tx.audit.findLastId()]);
  expect(await lastIds()).toEqual([0, 0]);
  await restored.confirm();
  const ids = await lastIds();
  expect(ids.filter((id) => id > COPIED_MS)).toEqual(ids);
});
