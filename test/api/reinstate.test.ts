import { expect, it } from 'vitest';
import { QUEUE_ID, startApi, UNKNOWN_ID } from './api-server.js';

const DEVICE = 'a'.repeat(32);
const url = `/nodes/${UNKNOWN_ID}/reinstate`;

it('accepts that a node is reinstated, with disks that somebody has named or without a body', async () => {
  const { server, calls } = await startApi();
  for (const payload of [{ disks: { [DEVICE]: '/dev/sdd' } }, undefined]) {
    const answer = await server.inject({ method: 'POST', url, ...(payload ? { payload } : {}) });
    expect([answer.statusCode, answer.headers['location']]).toEqual([202, `/queue/${QUEUE_ID}`]);
  }
  expect(calls.filter(({ name }) => name === 'reinstateNode').map(({ args }) => args.slice(1))).toEqual([
    [UNKNOWN_ID, { [DEVICE]: '/dev/sdd' }],
    [UNKNOWN_ID, {}],
  ]);
});

it.each([{ [DEVICE]: 'sdd' }, { [DEVICE]: '/dev/sdd; reboot' }, { short: '/dev/sdd' }])(
  'refuses disks that are none: %o',
  async (disks) => {
    const { server, calls } = await startApi();
    expect((await server.inject({ method: 'POST', url, payload: { disks } })).statusCode).toBe(400);
    expect(calls).toEqual([]);
  },
);
