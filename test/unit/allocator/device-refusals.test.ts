import { expect, it } from 'vitest';
import { deviceRefusals, type RefusedDevice, shownOfEach } from '../../../src/domain/allocator/device-refusals.js';
import type { DeviceRefusal } from '../../../src/domain/allocator/types.js';

const node = { id: 'n', name: 'host', zone: 1 };

function refused(id: string, refusal: DeviceRefusal, freeKib: number): RefusedDevice {
  const device = {
    id,
    name: `/dev/${id}`,
    state: 'online' as const,
    tags: {},
    totalKib: 1000,
    freeKib,
    extentKib: 4,
    hasBrokenCounters: false,
    trouble: null,
    largestMetadataKib: 0,
  };
  return { node, device, refusal, detail: () => `why ${id}` };
}

function refusalsOf(devices: readonly RefusedDevice[]) {
  return deviceRefusals((visit) => {
    for (const device of devices) visit(device);
  });
}

it('shows a few devices in the order of the nodes', () => {
  const few = [refused('a', 'node-offline', 9), refused('b', 'too-small', 1), refused('c', 'node-taken', 5)];
  expect(refusalsOf(few).nearest.map(({ deviceId }) => deviceId)).toEqual(['a', 'b', 'c']);
});

it('shows of many those that come nearest, with room before others, then by their free space', () => {
  const many = [
    refused('offline', 'node-offline', 999),
    ...Array.from({ length: 30 }, (_, i) => refused(`small${i}`, 'too-small', i)),
    refused('full', 'node-taken', 3),
    refused('roomy', 'zone-taken', 4),
  ];
  const { counts, nearest, all } = refusalsOf(many);
  const small = Array.from({ length: 18 }, (_, i) => `small${29 - i}`);
  expect(nearest.map(({ deviceId }) => deviceId)).toEqual(['roomy', 'full', ...small]);
  expect(Object.fromEntries(counts)).toEqual({ 'node-offline': 1, 'too-small': 30, 'node-taken': 1, 'zone-taken': 1 });
  expect(all().map(({ detail }) => detail)).toEqual(many.map((device) => device.detail()));
});

it('words the reason of those alone that are shown', () => {
  let worded = 0;
  const many = Array.from({ length: 500 }, (_, i) => ({ ...refused(`${i}`, 'tag', i), detail: () => `${worded++}` }));
  refusalsOf(many);
  expect(worded).toBeLessThanOrEqual(20);
});

it('shows less of each of many refusals, and something of each', () => {
  expect([0, 1, 3, 60, 1000].map(shownOfEach)).toEqual([60, 60, 20, 1, 1]);
});
