import { expect, it } from 'vitest';
import { FIRST_WISH, volumeRequest } from '../../console/src/pages/create/volume-wish.js';

it('asks for three copies when nothing else is said', () => {
  expect(volumeRequest(FIRST_WISH)).toEqual({
    size: 10,
    durability: { type: 'replicate', replicate: { replica: 3 } },
  });
});

it('takes every field', () => {
  const request = volumeRequest({
    sizeGib: '7',
    name: ' data ',
    kind: 'disperse',
    data: '8',
    redundancy: '3',
    snapshotFactor: '1.5',
    gid: '2000',
    options: 'performance.cache-size 64MB\n\n  nfs.disable on ',
    clusters: ['a'],
    isHosting: true,
  });
  expect(request).toEqual({
    size: 7,
    name: 'data',
    durability: { type: 'disperse', disperse: { data: 8, redundancy: 3 } },
    gid: 2000,
    snapshot: { enable: true, factor: 1.5 },
    glustervolumeoptions: ['performance.cache-size 64MB', 'nfs.disable on'],
    clusters: ['a'],
    block: true,
  });
});

it('an arbiter is an option of three copies', () => {
  expect(volumeRequest({ ...FIRST_WISH, kind: 'arbiter', options: 'a b' })).toMatchObject({
    durability: { type: 'replicate', replicate: { replica: 3 } },
    glustervolumeoptions: ['user.heketi.arbiter true', 'a b'],
  });
});

it.each([
  { sizeGib: '' },
  { sizeGib: '0' },
  { sizeGib: '1.5' },
  { sizeGib: 'much' },
  { gid: '-1' },
  { snapshotFactor: '0.5' },
  { snapshotFactor: 'x' },
  { kind: 'disperse', data: '' },
] as const)('is no request yet: %o', (part) => {
  expect(volumeRequest({ ...FIRST_WISH, ...part })).toBeNull();
});
