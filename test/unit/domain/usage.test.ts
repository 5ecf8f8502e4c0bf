import { describe, expect, it } from 'vitest';
import type { Brick } from '../../../src/domain/brick.js';
import type { Durability } from '../../../src/domain/durability.js';
import {
  type BrickUse,
  type HealUse,
  isFilling,
  type KnownUse,
  NOT_ASKED,
  useOfDevice,
  useOfVolume,
} from '../../../src/domain/usage.js';

const NONE: Durability = { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 };
const REPLICA_3: Durability = { ...NONE, type: 'replicate', replica: 3 };
const DISPERSE_4_2: Durability = { ...NONE, type: 'disperse', disperseData: 4, disperseRedundancy: 2 };

function brick(id: string, subType: Brick['subType'] = 'normal'): Brick {
  return {
    id,
    volumeId: 'v',
    deviceId: 'd',
    nodeId: 'n',
    path: `/${id}`,
    sizeKib: 100,
    thinPoolKib: 100,
    poolMetadataKib: 1,
    thinPool: '',
    lv: '',
    subType,
    pendingId: null,
  };
}

function holding(usedKib: number, at = 10): BrickUse {
  return { at, fileSystem: { totalKib: 100, usedKib, freeKib: 100 - usedKib }, pool: null, unknown: [] };
}

function known(uses: Record<string, BrickUse>, order: readonly string[] | null = null, heal: HealUse | null = null) {
  const all: KnownUse = {
    brick: (id) => (Object.hasOwn(uses, id) ? (uses[id] as BrickUse) : NOT_ASKED),
    heal: () => heal,
    order: () => order,
  };
  return all;
}

const spaceOf = (durability: Durability, bricks: readonly Brick[], use: KnownUse) =>
  useOfVolume({ id: 'v', durability }, bricks, use).space;

describe('what a volume holds', () => {
  it('is the sum of its bricks where each is a set of its own', () => {
    const uses = known({ a: holding(10), b: holding(30) });
    expect(spaceOf(NONE, [brick('a'), brick('b')], uses)).toEqual({ totalKib: 200, usedKib: 40, freeKib: 160 });
  });

  it('is what the fullest copy of each set holds: one that is being filled has less', () => {
    const uses = known({ a: holding(5), b: holding(60), c: holding(59) });
    expect(spaceOf(REPLICA_3, [brick('a'), brick('b'), brick('c')], uses)).toEqual({
      totalKib: 100,
      usedKib: 60,
      freeKib: 40,
    });
  });

  it('does not count arbiters, which hold no data, though they may be the fullest', () => {
    const uses = known({ a: holding(20), b: holding(20), c: holding(90) });
    const bricks = [brick('a'), brick('b'), brick('c', 'arbiter')];
    expect(spaceOf(REPLICA_3, bricks, uses)?.usedKib).toBe(20);
    expect(spaceOf(REPLICA_3, bricks, known({ c: holding(90) }))).toBeNull();
  });

  it('is as many times the fullest brick of a dispersed set as there are data bricks', () => {
    const bricks = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => brick(id));
    const uses = known({ a: holding(10), b: holding(12), f: holding(11) });
    expect(spaceOf(DISPERSE_4_2, bricks, uses)).toEqual({ totalKib: 400, usedKib: 48, freeKib: 352 });
  });

  it("adds up sets in gluster's order, and is not known without it, nor with one about other bricks", () => {
    const bricks = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => brick(id));
    const uses = { a: holding(10), d: holding(10), b: holding(40), c: holding(40), e: holding(40), f: holding(10) };
    const ordered = known(uses, ['a', 'd', 'f', 'b', 'c', 'e']);
    expect(spaceOf(REPLICA_3, bricks, ordered)?.usedKib).toBe(50);
    for (const order of [null, ['a', 'b', 'c'], ['a', 'b', 'c', 'd', 'e', 'gone'], ['a', 'b', 'c', 'd', 'e', 'f', 'g']])
      expect(useOfVolume({ id: 'v', durability: REPLICA_3 }, bricks, known(uses, order))).toMatchObject({
        space: null,
        unknown: ['gluster did not tell yet which of its bricks hold the same data'],
      });
  });

  it('is known while one copy of each set is, with the oldest time of those that tell', () => {
    const down: BrickUse = { ...NOT_ASKED, unknown: ['its host h2 is down'] };
    const uses = known({ a: holding(10, 7), b: down, c: holding(11, 9) });
    const use = useOfVolume({ id: 'v', durability: REPLICA_3 }, [brick('a'), brick('b'), brick('c')], uses);
    expect(use).toEqual({
      space: { totalKib: 100, usedKib: 11, freeKib: 89 },
      healEntries: null,
      at: 7,
      unknown: [],
    });
  });

  it('is not known, and never nothing, where no brick of a set tells; the reasons are given', () => {
    const use = useOfVolume({ id: 'v', durability: NONE }, [brick('a'), brick('b')], known({ a: holding(10) }));
    expect(use).toEqual({ space: null, healEntries: null, at: 10, unknown: ['its host was not asked yet'] });
    expect(spaceOf(NONE, [], known({}))).toBeNull();
    expect(spaceOf(REPLICA_3, [], known({}))).toBeNull();
  });

  it('has the most entries to heal that one of its bricks has; none only where all tell', () => {
    const healing = (...counts: (number | null)[]) => {
      const entries = new Map(counts.map((count, i) => [String(i), count]));
      const heal = { at: 3, entries, reason: counts.includes(null) ? 'one is down' : null };
      return useOfVolume({ id: 'v', durability: REPLICA_3 }, [brick('a')], known({ a: holding(1) }, null, heal));
    };
    expect(healing(0, 0, 0).healEntries).toBe(0);
    expect(healing(0, 7, null)).toMatchObject({ healEntries: 7, at: 3 });
    expect(healing(0, 0, null).healEntries).toBeNull();
    expect(healing(null, null).healEntries).toBeNull();
    expect(healing(0, 0, null).unknown).toContain('one is down');
  });
});

describe('what a device holds', () => {
  const inPool = (name: string, dataPercent: number | null, metadataPercent: number | null = 1): BrickUse => ({
    at: 5,
    fileSystem: null,
    pool: { name, sizeKib: 1000, dataPercent, metadataPercent },
    unknown: [],
  });

  it('is the data in all of its pools, each counted once, and how full the fullest is', () => {
    const uses = known({ a: inPool('tp_a', 10), clone: inPool('tp_a', 10), b: inPool('tp_b', 25.5, 60) });
    expect(useOfDevice([brick('a'), brick('clone'), brick('b')], uses, () => false)).toEqual({
      usedKib: 355,
      dataPercent: 25.5,
      metadataPercent: 60,
      healEntries: 0,
      at: 5,
      unknown: [],
    });
  });

  it('is not known where one pool is not, but the fullest of the others is', () => {
    for (const other of [NOT_ASKED, inPool('tp_b', null)]) {
      const use = useOfDevice([brick('a'), brick('b')], known({ a: inPool('tp_a', 10), b: other }), () => false);
      expect(use).toMatchObject({ usedKib: null, dataPercent: 10 });
    }
  });

  it('is nothing where it has no bricks', () => {
    expect(useOfDevice([], known({}), () => true)).toMatchObject({ usedKib: 0, dataPercent: null, healEntries: 0 });
  });

  it('adds up what its bricks have to heal, and knows it only where it knows it of all that heal', () => {
    const heal = { at: 1, entries: new Map([['a', 3] as const, ['b', 4] as const]), reason: null };
    const of = (...ids: string[]) =>
      useOfDevice(
        ids.map((id) => brick(id)),
        known({}, null, heal),
        () => true,
      ).healEntries;
    expect(of('a', 'b')).toBe(7);
    expect(of('a', 'c')).toBeNull();
  });
});

it('a pool fills up from 80 % on, and has room again below 75 %; nobody knows is no change', () => {
  expect([79.99, 80, 100].map((percent) => isFilling(percent, false))).toEqual([false, true, true]);
  expect([80, 75, 74.99, 0].map((percent) => isFilling(percent, true))).toEqual([true, true, false, false]);
  expect([isFilling(null, true), isFilling(null, false)]).toEqual([true, false]);
});
