import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { adopt } from '../../src/app/adopt-pool.js';
import { temporaryDirectory } from '../store/temporary-database.js';

it.each([
  ['no topology at all', { port: '8080', glusterfs: {} }],
  ['a topology without hosts', { clusters: [{ nodes: [] }] }],
])('%s makes no database', async (_what, topology) => {
  const folder = temporaryDirectory();
  const [configFile, topologyFile, db] = ['heketi.json', 'topology.json', 'heketi.db'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  writeFileSync(configFile, JSON.stringify({ port: '8080', use_auth: false, glusterfs: { executor: 'mock', db } }));
  writeFileSync(topologyFile, JSON.stringify(topology));
  await expect(adopt({ configFile, topologyFile, volume: null, applies: true }, () => undefined)).rejects.toThrow(
    /topology\.json has no nodes/,
  );
  expect(existsSync(db)).toBe(false);
});
