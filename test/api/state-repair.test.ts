import { afterEach, beforeEach, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { startApi } from './api-server.js';

const LV = `vg_${'a'.repeat(32)}/brick_${'b'.repeat(32)}`;

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.remove());

it('plans and repairs, with what somebody has named or without a body', async () => {
  const planned = await app.post('/internal/state/repair/plan', { start: ['v'], destroy: [LV] });
  expect(planned.statusCode).toBe(200);
  expect(planned.json()).toEqual({
    isPossible: false,
    obstacle: `v is not among the differences\n${LV} is not among the differences`,
    repairable: 0,
    steps: [],
    differences: [],
    notCompared: [],
    pendingOperations: [],
  });
  const accepted = await app.server.inject({ method: 'POST', url: '/internal/state/repair' });
  expect(accepted.statusCode).toBe(202);
  await app.settled();
  expect((await app.server.inject(String(accepted.headers.location))).statusCode).toBe(204);
});

it('is refused what is no name of a volume, or of a logical volume of ours', async () => {
  for (const body of [
    { start: ['../x'] },
    { destroy: ['vg_x/brick_y'] },
    { destroy: [`${LV}; reboot`] },
    { destroy: [`vg_${'a'.repeat(32)}/a/b`] },
  ])
    for (const url of ['/internal/state/repair', '/internal/state/repair/plan'])
      expect((await app.post(url, body)).statusCode, JSON.stringify(body)).toBe(400);
});

it('hands over what was named', async () => {
  const { server, calls } = await startApi();
  for (const url of ['/internal/state/repair', '/internal/state/repair/plan'])
    await server.inject({ method: 'POST', url, payload: { start: ['v'], destroy: [LV] } });
  expect(calls.map(({ name, args }) => [name, args.at(-1)])).toEqual([
    ['repairState', { start: ['v'], destroy: [LV] }],
    ['planStateRepair', { start: ['v'], destroy: [LV] }],
  ]);
  await server.close();
});
