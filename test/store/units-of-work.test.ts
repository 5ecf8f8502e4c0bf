import { describe, expect, it } from 'vitest';
import { DomainError } from '../../src/domain/errors.js';
import type { Transactions } from '../../src/store/sqlite/connection.js';
import { type Durability, type UnitHooks, UnitsOfWork } from '../../src/store/sqlite/units-of-work.js';
import type { Tx } from '../../src/store/store.js';
import { cluster } from './records.js';
import { openTemporary, temporaryFile } from './temporary-database.js';

/** An engine that notes what it is told; `failing` names commands that throw, each once. */
function recording(
  failing: keyof Transactions | readonly (keyof Transactions)[] = [],
  disk?: { durability: Durability; commit(): void },
  hooks: UnitHooks = {},
) {
  const log: string[] = [];
  let isOpen = false;
  const faults = new Set([failing].flat());
  const command = (name: keyof Transactions, openAfter?: boolean) => () => {
    log.push(name);
    if (faults.delete(name)) throw new Error(`${name} failed`);
    if (openAfter !== undefined) isOpen = openAfter;
    if (name === 'commit') disk?.commit();
  };
  const transactions: Transactions = {
    begin: command('begin', true),
    commit: command('commit', false),
    rollback: command('rollback', false),
    savepoint: command('savepoint'),
    release: command('release'),
    rollbackToSavepoint: command('rollbackToSavepoint'),
    removeFailedCommit: command('removeFailedCommit'),
    isOpen: () => isOpen,
  };
  const giveUp = (): void => {
    isOpen = false;
  };
  const tx = {} as Tx;
  return { log, giveUp, units: new UnitsOfWork(tx, tx, transactions, hooks, disk?.durability) };
}

describe('what runs between groups', () => {
  it('lets nothing be committed until it has ended, while reads go on', async () => {
    const { units, log } = recording();
    let end = (): void => undefined;
    const between = units.betweenGroups(() => new Promise<void>((done) => (end = done)));
    const written = units.write(async () => undefined);
    for (let turn = 0; turn < 5; turn++) {
      await new Promise((next) => setImmediate(next));
      expect(await units.read(async () => 'read')).toBe('read');
    }
    expect(log).toEqual([]);
    end();
    await Promise.all([between, written]);
    expect(log).toContain('commit');
  });

  it('does not look at what a commit has left of which nobody knows whether it was made', async () => {
    const { units, log } = recording(['commit', 'removeFailedCommit']);
    let between: Promise<unknown> = Promise.resolve();
    const written = units.write(async () => {
      between = units.betweenGroups(async () => log.push('looked'));
      void between.catch(() => undefined);
    });
    await expect(written).rejects.toThrow();
    await expect(between).rejects.toThrow(/No change was accepted/);
    expect(log).not.toContain('looked');
  });

  it('fails alone', async () => {
    const { units, log } = recording();
    const failing = units.betweenGroups(() => Promise.reject(new Error('no place')));
    const written = units.write(async () => 'written');
    await expect(failing).rejects.toThrow('no place');
    expect(await written).toBe('written');
    expect(log).toContain('commit');
  });
});

describe('units of work that arrive together', () => {
  it('share one commit', async () => {
    const { units, log } = recording();
    const results = await Promise.all([1, 2, 3].map((n) => units.write(async () => n)));
    expect(results).toEqual([1, 2, 3]);
    expect(log.filter((name) => name === 'begin' || name === 'commit')).toEqual(['begin', 'commit']);
  });

  it('share it as far as there is time: then whoever waits has a turn', async () => {
    let nowMs = 0;
    const { units, log } = recording(undefined, undefined, { nowMs: () => nowMs });
    const order: string[] = [];
    const write = (name: string) =>
      units.write(async () => {
        nowMs += 8;
        order.push(name);
      });
    const writes = ['1', '2', '3', '4', '5'].map(write);
    const turn = new Promise<void>((resolve) => {
      setImmediate(() => resolve(void order.push('somebody else')));
    });
    await Promise.all([...writes, turn]);
    expect(log.filter((name) => name === 'commit')).toHaveLength(2);
    expect(order).toEqual(['1', '2', '3', 'somebody else', '4', '5']);
  });

  it('are answered only after the commit', async () => {
    const { units, log } = recording();
    const seen: string[][] = [];
    await Promise.all([1, 2].map(() => units.write(async () => {}).then(() => seen.push([...log]))));
    expect(seen.every((names) => names.includes('commit'))).toBe(true);
  });

  it('take along what nobody waits for', async () => {
    const { units, log } = recording();
    const order: string[] = [];
    const along = units.write(async () => void order.push('along'), { goesAlong: true });
    expect(log).toEqual([]);
    await units.write(async () => void order.push('waited for'));
    await along;
    expect(order.sort()).toEqual(['along', 'waited for']);
    expect(log.filter((name) => name === 'commit')).toHaveLength(1);
  });

  it('need not come for what nobody waits for to be written', async () => {
    const { units, log } = recording();
    await units.write(async () => undefined, { goesAlong: true });
    expect(log.filter((name) => name === 'commit')).toHaveLength(1);
  });

  it('that nobody waits for are written before the store closes', async () => {
    const { units, log } = recording();
    const along = units.write(async () => undefined, { goesAlong: true });
    await units.close(async () => void log.push('closed'));
    await along;
    expect(log.slice(-2)).toEqual(['commit', 'closed']);
  });

  it('fail alone: one that throws takes back its own changes only', async () => {
    const store = await openTemporary();
    const outcomes = await Promise.allSettled([
      store.write((tx) => tx.clusters.insert(cluster('c1'))),
      store.write(async (tx) => {
        await tx.clusters.insert(cluster('c2'));
        throw new Error('changed my mind');
      }),
      store.write((tx) => tx.clusters.insert(cluster('c3'))),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await store.read((tx) => tx.clusters.list())).map(({ id }) => id)).toEqual(['c1', 'c3']);
  });

  it('see what those before them wrote', async () => {
    const store = await openTemporary();
    const [, seen] = await Promise.all([
      store.write((tx) => tx.clusters.insert(cluster('c1'))),
      store.write((tx) => tx.clusters.find('c1')),
    ]);
    expect(seen?.id).toBe('c1');
  });

  it('all fail when the commit fails, and later ones go on', async () => {
    const { units, log } = recording('commit');
    const outcomes = await Promise.allSettled([units.write(async () => 1), units.write(async () => 2)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(log.slice(-2)).toEqual(['rollback', 'removeFailedCommit']);
    await expect(units.write(async () => 3)).resolves.toBe(3);
  });

  it('all fail when the engine gives up the transaction in one of them', async () => {
    const { units, giveUp } = recording();
    const outcomes = await Promise.allSettled([
      units.write(async () => 1),
      units.write(async () => {
        giveUp();
        throw new DomainError('unavailable', 'disk full');
      }),
      units.write(async () => 3),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  it('all fail when the transaction cannot begin', async () => {
    const { units } = recording('begin');
    const outcomes = await Promise.allSettled([units.write(async () => 1), units.write(async () => 2)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(units.write(async () => 3)).resolves.toBe(3);
  });

  it('commit nothing when all of them fail', async () => {
    const { units, log } = recording();
    await expect(units.write(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(log).not.toContain('commit');
  });
});

/** A disk whose waits end when the test says so. */
function slowDisk() {
  let committed = 0;
  let synced = 0;
  const waiting: { readonly until: number; wake(): void }[] = [];
  const durability: Durability = {
    prepare: async () => undefined,
    isLasting: () => synced === committed,
    lasting: () =>
      synced === committed ? Promise.resolve() : new Promise<void>((wake) => waiting.push({ until: committed, wake })),
    tidy: async () => undefined,
  };
  const sync = (): void => {
    synced = committed;
    for (const { wake } of waiting.splice(0)) wake();
  };
  return { durability, sync, commit: () => void committed++ };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('while the disk is waited for', () => {
  function waiting() {
    const { durability, sync, commit } = slowDisk();
    const { units, log } = recording(undefined, { durability, commit });
    const told: string[] = [];
    const tell = (name: string) => [() => void told.push(name), () => void told.push(`not ${name}`)] as const;
    return { units, log, sync, told, tell };
  }

  it('a unit is not answered', async () => {
    const { units, log, sync, told, tell } = waiting();
    void units.write(async () => undefined).then(...tell('write'));
    await turns();
    expect([log.includes('commit'), told]).toEqual([true, []]);
    sync();
    await turns();
    expect(told).toEqual(['write']);
  });

  it('the next units gather for one commit, which is begun when the disk has answered', async () => {
    const { units, log, sync, told, tell } = waiting();
    const commits = () => log.filter((name) => name === 'commit').length;
    void units.write(async () => undefined).then(...tell('first'));
    await turns();
    void units.write(async () => undefined).then(...tell('second'));
    await turns();
    void units.write(async () => undefined).then(...tell('third'));
    await turns();
    expect([commits(), told]).toEqual([1, []]);
    sync();
    await turns();
    expect([commits(), told]).toEqual([2, ['first']]);
    sync();
    await turns();
    expect(told).toEqual(['first', 'second', 'third']);
  });

  it('a read goes on, and its answer is held back', async () => {
    const { units, sync, told, tell } = waiting();
    void units.write(async () => undefined).then(...tell('write'));
    await turns();
    let hasRead = false;
    void units
      .read(async () => {
        hasRead = true;
      })
      .then(...tell('read'));
    await turns();
    expect([hasRead, told]).toEqual([true, []]);
    sync();
    await turns();
    expect(told.sort()).toEqual(['read', 'write']);
  });

  it('a refusal is held back that may be due to what is not on disk yet', async () => {
    const { units, sync, told, tell } = waiting();
    void units.write(async () => undefined).then(...tell('write'));
    void units.write(() => Promise.reject(new Error('there already'))).then(...tell('refused'));
    await turns();
    expect(told).toEqual([]);
    sync();
    await turns();
    expect(told.sort()).toEqual(['not refused', 'write']);
  });

  it('closing waits, too', async () => {
    const { units, log, sync } = waiting();
    void units.write(async () => undefined);
    const closing = units.close(async () => void log.push('closed'));
    await turns();
    expect([log.includes('commit'), log.includes('closed')]).toEqual([true, false]);
    sync();
    await closing;
    expect(log).toContain('closed');
  });
});

describe('reads', () => {
  it('never see half of a group of writes', async () => {
    const store = await openTemporary();
    const seen: number[] = [];
    const look = async (): Promise<void> => {
      seen.push((await store.read((tx) => tx.clusters.list())).length);
    };
    const writes = [1, 2, 3, 4].map((n) =>
      store.write(async (tx) => {
        void look();
        await tx.clusters.insert(cluster(`a${n}`));
        await tx.clusters.insert(cluster(`b${n}`));
      }),
    );
    await look();
    await Promise.all(writes);
    await look();
    expect(seen).toHaveLength(6);
    expect(seen.every((count) => count === 0 || count === 8)).toBe(true);
  });

  it('see one state from their first query to their last, while others write', async () => {
    const store = await openTemporary();
    const read = store.read(async (tx) => {
      const before = await tx.clusters.list();
      const write = store.write((writing) => writing.clusters.insert(cluster('c1')));
      for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return { before, after: await tx.clusters.list(), write };
    });
    const { before, after, write } = await read;
    await write;
    expect(after).toEqual(before);
    expect(await store.read((tx) => tx.clusters.list())).toHaveLength(1);
  });

  it('may not write', async () => {
    const store = await openTemporary();
    await expect(store.read((tx) => (tx as Tx).clusters.insert(cluster('c1')))).rejects.toThrow(/only reads/);
  });
});

describe('closing', () => {
  it('lets what waits finish, and refuses what comes later', async () => {
    const file = temporaryFile();
    const store = await openTemporary(file);
    const write = store.write((tx) => tx.clusters.insert(cluster('c1')));
    await store.close();
    await write;
    await expect(store.write(async () => {})).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.read(async () => {})).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.backup()).rejects.toMatchObject({ code: 'unavailable' });
    const again = await openTemporary(file);
    expect(await again.read((tx) => tx.clusters.list())).toHaveLength(1);
  });
});
