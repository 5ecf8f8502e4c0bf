import { afterEach, beforeEach, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';

let app: TestApp;

beforeEach(async () => {
  app = await startApp();
});

afterEach(async () => {
  await app.remove();
});

it('counts what the server did: operations, batches on hosts, commits', async () => {
  const cluster = (await app.post('/clusters', { file: true, block: true })).json<{ id: string }>().id;
  const hostnames = { manage: ['n1'], storage: ['10.0.0.1'] };
  await app.post('/nodes', { cluster, zone: 1, hostnames });
  const { nodes } = (await app.server.inject(`/clusters/${cluster}`)).json<{ nodes: string[] }>();
  await app.post('/devices', { node: nodes[0], name: '/dev/sdb' });
  await app.post('/volumes', { size: 10, durability: { type: 'none' } });
  const body = (await app.server.inject('/metrics')).body;
  const value = (name: string) =>
    Number(
      body
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1],
    );
  for (const kind of ['add-node', 'add-device', 'create-volume']) {
    expect(value(`mortar_operations_finished_total{kind="${kind}",outcome="succeeded"}`)).toBe(1);
  }
  expect(value('mortar_host_command_duration_seconds_count{program="mkdir",outcome="succeeded"}')).toBe(1);
  expect(value('mortar_store_commit_duration_seconds_count')).toBeGreaterThan(4);
  expect(value('mortar_store_units_total')).toBeGreaterThanOrEqual(value('mortar_store_commit_duration_seconds_count'));
});
