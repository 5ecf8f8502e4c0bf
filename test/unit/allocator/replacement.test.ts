import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findReplacement, type ReplacementRequest } from '../../../src/domain/allocator/find-replacement.js';
import type { ClusterSnapshot } from '../../../src/domain/allocator/types.js';
import { KIB_PER_GIB } from '../../../src/domain/size.js';
import { clusterOf } from './clusters.js';

function request(overrides: Partial<ReplacementRequest> = {}): ReplacementRequest {
  return {
    deviceId: 'ad0',
    sizeKib: 10 * KIB_PER_GIB,
    kind: 'any',
    otherNodeIds: ['b', 'c'],
    tagMatch: null,
    snapshotFactor: 1,
    zoneChecking: 'none',
    reserveSpareMetadata: false,
    ...overrides,
  };
}

function find(snapshot: ClusterSnapshot, overrides: Partial<ReplacementRequest> = {}): string | Record<string, string> {
  const found = findReplacement(snapshot, request(overrides), () => 'new');
  if (found.kind === 'found') return found.brick.deviceId;
  return Object.fromEntries(found.devices.all().map(({ deviceId, refusal }) => [deviceId, refusal]));
}

const a = { id: 'a', zone: 1, freeGib: [50, 20] };
const b = { id: 'b', zone: 2, freeGib: [60] };
const c = { id: 'c', zone: 3, freeGib: [60] };

describe('the replacement of a brick', () => {
  it('may be another device of its own node, though never the same device', () => {
    expect(find(clusterOf(a, b, c))).toBe('ad1');
    expect(find(clusterOf({ ...a, freeGib: [50] }, b, c))).toEqual({
      ad0: 'same-device',
      bd0: 'node-taken',
      cd0: 'node-taken',
    });
  });

  it('stays in the zone of the brick that goes under strict zones, also for an arbiter', () => {
    const extra = { id: 'd', zone: 2, freeGib: [90] };
    for (const kind of ['any', 'data', 'arbiter'] as const)
      expect(find(clusterOf(a, b, c, extra), { kind, zoneChecking: 'strict' })).toBe('ad1');
    expect(find(clusterOf({ ...a, freeGib: [50] }, b, c, extra), { zoneChecking: 'strict' })).toMatchObject({
      dd0: 'zone-taken',
    });
    expect(find(clusterOf({ ...a, freeGib: [50] }, b, c, extra))).toBe('dd0');
  });

  it('is refused under strict zones when the zone of another brick is not known', () => {
    expect(find(clusterOf(a, b), { zoneChecking: 'strict' })).toMatchObject({ ad1: 'zone-taken' });
    expect(find(clusterOf(a, b))).toBe('ad1');
  });

  it('prefers a zone that the set does not use, then the emptiest device', () => {
    const sameZone = { id: 'd', zone: 2, freeGib: [90] };
    const otherZone = { id: 'e', zone: 4, freeGib: [30, 40] };
    expect(find(clusterOf({ ...a, freeGib: [50] }, b, c, sameZone, otherZone))).toBe('ed1');
  });

  it('keeps the role of an arbiter and its size', () => {
    const arbiters = { id: 'd', zone: 4, freeGib: [5], tags: { arbiter: 'required' } };
    const data = { id: 'e', zone: 4, freeGib: [90], tags: { arbiter: 'disabled' } };
    const snapshot = clusterOf({ ...a, freeGib: [50] }, b, c, arbiters, data);
    expect(find(snapshot, { kind: 'arbiter', sizeKib: 16384 })).toBe('dd0');
    expect(find(snapshot, { kind: 'data', sizeKib: 16384 })).toBe('ed0');
    const found = findReplacement(snapshot, request({ kind: 'arbiter', sizeKib: 16384 }), () => 'new');
    expect(found).toEqual({
      kind: 'found',
      brick: {
        id: 'new',
        nodeId: 'd',
        deviceId: 'dd0',
        sizeKib: 16384,
        thinPoolKib: 16384,
        poolMetadataKib: 4096,
        thinPool: 'tp_new',
        subType: 'arbiter',
      },
    });
    expect(find(clusterOf({ ...a, freeGib: [50] }, b, c, data), { kind: 'arbiter' })).toMatchObject({
      ed0: 'arbiter-tag',
    });
  });

  it('passes by what is offline, down, full or of another tag, and says so', () => {
    const others = [
      { id: 'd', zone: 1, freeGib: [90], state: 'offline' as const },
      { id: 'e', zone: 1, freeGib: [90], isUp: false },
      { id: 'f', zone: 1, freeGib: [90], device: { state: 'failed' as const } },
      { id: 'g', zone: 1, freeGib: [10], tags: { tier: 'ssd' } },
      { id: 'h', zone: 1, freeGib: [90] },
      { id: 'i', zone: 1, freeGib: [90], tags: { tier: 'ssd' }, device: { hasBrokenCounters: true } },
    ];
    expect(find(clusterOf({ ...a, freeGib: [50] }, b, c, ...others), { tagMatch: 'tier=ssd' })).toEqual({
      ad0: 'tag',
      bd0: 'tag',
      cd0: 'tag',
      dd0: 'node-offline',
      ed0: 'node-down',
      fd0: 'device-offline',
      gd0: 'too-small',
      hd0: 'tag',
      id0: 'broken-counters',
    });
  });

  it('is refused for an invalid tag rule', () => {
    const found = findReplacement(clusterOf(a, b, c), request({ tagMatch: 'no rule' }), () => 'new');
    expect(found).toMatchObject({ kind: 'none', text: expect.stringContaining('Invalid tag match rule: no rule') });
  });

  it('is found whenever a device meets every rule, and meets them all', () => {
    const node = fc.record({
      zone: fc.integer({ min: 1, max: 4 }),
      freeGib: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 3 }),
      tags: fc.constantFrom({}, { arbiter: 'required' }, { arbiter: 'disabled' }),
    });
    const arbitrary = fc.record({
      nodes: fc.array(node, { minLength: 3, maxLength: 6 }),
      kind: fc.constantFrom('any' as const, 'data' as const, 'arbiter' as const),
      isStrict: fc.boolean(),
    });
    fc.assert(
      fc.property(arbitrary, ({ nodes, kind, isStrict }) => {
        const snapshot = clusterOf(...nodes.map((outline, i) => ({ id: 'abcdef'[i] ?? '', ...outline })));
        const zonesOfOthers = [nodes[1]?.zone, nodes[2]?.zone];
        const allowed = nodes.flatMap(({ zone, freeGib, tags }, i) => {
          const isTaken = i === 1 || i === 2 || (isStrict && zonesOfOthers.includes(zone));
          const unfit = { any: '', data: 'required', arbiter: 'disabled' }[kind];
          if (isTaken || ('arbiter' in tags && tags.arbiter === unfit)) return [];
          // 10 GiB need a little more than 10.
          return freeGib.flatMap((gib, d) => (gib > 10 && !(i === 0 && d === 0) ? [`${'abcdef'[i]}d${d}`] : []));
        });
        const found = findReplacement(
          snapshot,
          request({ kind, zoneChecking: isStrict ? 'strict' : 'none' }),
          () => 'new',
        );
        if (found.kind === 'found') expect(allowed).toContain(found.brick.deviceId);
        else {
          expect(allowed).toEqual([]);
          expect(found.devices.all()).toHaveLength(nodes.flatMap(({ freeGib }) => freeGib).length);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
