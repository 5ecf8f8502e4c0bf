import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LightMyRequestResponse } from 'fastify';
import { type App, createApp } from '../../src/app/create-app.js';
import { loadConfig } from '../../src/config/load-config.js';
import { createLogger } from '../../src/logging/logger.js';

export interface TestApp extends App {
  /** Sends a body as JSON, and waits until nothing runs any more. */
  post(url: string, body: object): Promise<LightMyRequestResponse>;
  /** Stops the server and removes its files. */
  remove(): Promise<void>;
}

/** The whole server on an SQLite file with simulated hosts, without a port. `glusterfs`: keys of heketi.json. */
export async function startApp(glusterfs: object = {}, env: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  const folder = mkdtempSync(join(tmpdir(), 'mortar-app-'));
  const file = join(folder, 'heketi.json');
  const defaults = {
    executor: 'mock',
    db: join(folder, 'heketi.db'),
    loglevel: 'none',
    disable_monitor_gluster_nodes: true,
  };
  writeFileSync(file, JSON.stringify({ port: '0', glusterfs: { ...defaults, ...glusterfs } }));
  const { config } = loadConfig({ file, env, flags: { disableAuth: true } });
  const logging = createLogger({ level: config.logLevel, format: 'json' });
  const app = await createApp(config, logging);
  return {
    ...app,
    async post(url, body) {
      const answer = await app.server.inject({ method: 'POST', url, payload: JSON.stringify(body) });
      await app.settled();
      return answer;
    },
    async remove() {
      await app.close(5000);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
