import { describe, expect, it } from 'vitest';
import { ENGINES, openIn } from './engines.js';
import { auditEntry } from './records.js';

describe.each(ENGINES)('$name:', (engine) => {
  it('entries of the audit come back as they were stored, in the order in which they came', async () => {
    const store = await openIn(engine);
    const second = auditEntry({ issuer: null, status: 401, outcome: 'refused', reason: 'no token', repeats: 7 });
    await store.write((tx) => tx.audit.insert([auditEntry(), second]));
    await store.write((tx) => tx.audit.insert([auditEntry({ requestId: 'r-3' })]));
    await store.read(async ({ audit }) => {
      expect(await audit.listAfter(0, 2)).toEqual([
        { ...auditEntry(), id: 1 },
        { ...second, id: 2 },
      ]);
      expect((await audit.listBefore(4, 2)).map(({ id }) => id)).toEqual([3, 2]);
      expect([await audit.findLastId(), await audit.findOldestId()]).toEqual([3, 1]);
    });
    await store.write((tx) => tx.audit.deleteOldest(2, 10));
    expect((await store.read((tx) => tx.audit.listAfter(0, 9))).map(({ requestId }) => requestId)).toEqual(['r-3']);
  });
});
