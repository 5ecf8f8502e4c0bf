import { describe, expect, it } from 'vitest';
import { type NodeInfo, readVolume, type VolumeInfo } from '../../src/client/wire.js';
import { conditionOf } from '../../src/csi/controller/conditions.js';
import { contextOf } from '../../src/csi/controller/csi-volume.js';

/** The specification's limits. */
const MOST_TEXT_BYTES = 128;
const MOST_MAP_BYTES = 4096;

function volume(bricks: number, hosts: readonly string[] = []): VolumeInfo {
  const list = Array.from({ length: bricks }, (_, i) => ({
    id: String(i).padStart(32, '0'),
    node: `n${i % 3}`,
    device: `d${i % 3}`,
  }));
  return readVolume({ name: 'vol_a', bricks: list, mount: { glusterfs: { hosts: [...hosts] } } });
}

function nodes(state: string, host = (i: number) => `host-${i}`): readonly NodeInfo[] {
  return [0, 1, 2].map(
    (i) =>
      ({
        id: `n${i}`,
        state,
        manage: [host(i)],
        devices: [{ id: `d${i}`, name: '/dev/sdb', state: 'online' }],
      }) as unknown as NodeInfo,
  );
}

describe('the condition of a volume', () => {
  it('names a brick, and counts the others', () => {
    expect(conditionOf(volume(1), nodes('offline')).message).toBe(
      `brick ${'0'.repeat(32)} is on host-0, which is offline`,
    );
    expect(conditionOf(volume(7), nodes('failed'))).toEqual({
      abnormal: true,
      message: `brick ${'0'.repeat(32)} is on host-0, which is failed; and 6 more`,
    });
  });

  it.each(['x', 'ü'])('is a text that the specification allows, however many bricks, and hosts of %s', (letter) => {
    for (const length of [40, 41, 42, 43, 44, 250]) {
      const { abnormal, message } = conditionOf(
        volume(1000),
        nodes('offline', () => letter.repeat(length)),
      );
      expect(abnormal).toBe(true);
      expect(message).toMatch(/^brick 0+ is on .*; and 999 more$/);
      expect(message).not.toContain('\ufffd');
      expect(Buffer.byteLength(message)).toBeLessThanOrEqual(MOST_TEXT_BYTES);
    }
  });
});

describe('the context of a volume', () => {
  it('has all hosts, as long as the specification has room for them', () => {
    expect(contextOf(volume(1, ['h1', 'h2']))).toEqual({ volume: 'vol_a', hosts: 'h1,h2' });
    const many = Array.from({ length: 1000 }, (_, i) => `storage-host-${i}.example.org`);
    const { hosts = '', ...rest } = contextOf(volume(1, many));
    const told = hosts.split(',');
    expect(told).toEqual(many.slice(0, told.length));
    expect(told.length).toBeGreaterThan(20);
    expect(Buffer.byteLength(JSON.stringify({ hosts, ...rest }))).toBeLessThan(MOST_MAP_BYTES);
  });
});
