import { afterEach, beforeEach, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.remove());

async function post(url: string, payload: object) {
  return app.server.inject({ method: 'POST', url, payload });
}

/** Polls an asynchronous request to its end. */
async function finished(response: { readonly headers: Record<string, unknown> }) {
  await app.settled();
  return app.server.inject({ method: 'GET', url: String(response.headers['location']) });
}

async function makeNode(): Promise<string> {
  const cluster = (await post('/clusters', {})).json<{ id: string }>().id;
  const node = await finished(
    await post('/nodes', { zone: 1, cluster, hostnames: { manage: ['h1'], storage: ['10.0.0.1'] } }),
  );
  return String(node.headers['location']).slice('/nodes/'.length);
}

it('answers what it found about a device at once', async () => {
  const node = await makeNode();
  const answer = await post('/devices/preflight', { node, name: '/dev/sdb' });
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({ nodeId: node, host: 'h1', device: '/dev/sdb', isUsable: true });
  expect((await app.server.inject(`/nodes/${node}`)).json()).toMatchObject({ devices: [] });
});

it('refuses to look at what is no device of a node', async () => {
  const node = await makeNode();
  expect((await post('/devices/preflight', { node, name: 'sdb; reboot' })).statusCode).toBe(400);
  expect((await post('/devices/preflight', { node: 'f'.repeat(32), name: '/dev/sdb' })).statusCode).toBe(404);
});

it('leads from the queue to the report of a repair', async () => {
  const node = await makeNode();
  expect((await app.server.inject(`/nodes/${node}/repair`)).statusCode).toBe(404);
  const accepted = await post(`/nodes/${node}/repair`, { dryrun: true });
  expect(accepted.statusCode).toBe(202);
  const done = await finished(accepted);
  expect(done.statusCode).toBe(303);
  const report = await app.server.inject(String(done.headers['location']));
  expect(report.json()).toMatchObject({ nodeId: node, host: 'h1', isDryRun: true, findings: [] });
  expect((await app.server.inject(`/nodes/${node}/repair`)).json()).toEqual(report.json());
  // Without a body it repairs.
  const again = await finished(await app.server.inject({ method: 'POST', url: `/nodes/${node}/repair` }));
  expect((await app.server.inject(String(again.headers['location']))).json()).toMatchObject({ isDryRun: false });
  expect((await app.server.inject(`/repairs/${'0'.repeat(32)}`)).statusCode).toBe(404);
});

it('tells how devices were last seen, and asks a host when it is told to', async () => {
  const node = await makeNode();
  await finished(await post('/devices', { node, name: '/dev/sdb' }));
  const [device] = (await app.server.inject('/devices/health')).json<{ devices: { deviceId: string }[] }>().devices;
  expect(device).toMatchObject({ nodeId: node, host: 'h1', deviceName: '/dev/sdb', condition: 'unknown' });
  const route = `/devices/${device?.deviceId}/health`;
  expect((await app.server.inject(route)).json()).toEqual(device);
  const asked = await app.server.inject({ method: 'POST', url: route });
  expect(asked.json()).toMatchObject({ condition: 'ok', reason: '', notes: [], bricksDown: [], command: null });
  expect((await app.server.inject(route)).json()).toEqual(asked.json());
  for (const method of ['GET', 'POST'] as const)
    expect((await app.server.inject({ method, url: `/devices/${'0'.repeat(32)}/health` })).statusCode).toBe(404);
});
