import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../bench/free-port.js';
import { ApiClient } from '../../../console/src/api/client.js';
import { ServerClock } from '../../../console/src/api/server-clock.js';
import { type HostsProcess, startHosts } from '../../crash/processes/support/hosts-process.js';
import { type ServerProcess, startServer } from '../../crash/processes/support/server-process.js';
import { KEYS } from './console-page.js';

/** A server with its hosts, both processes of their own. */
export interface Scene {
  readonly base: string;
  readonly hosts: HostsProcess;
  /** The console's own client, beside the page. */
  readonly client: ApiClient;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** On the same port and files. */
  restart(): Promise<void>;
  end(): Promise<void>;
}

export interface SceneShape {
  readonly hosts?: number;
  readonly devices?: number;
  readonly sizeGib?: number;
  /** Loads all hosts as nodes, in as many zones, with all their devices. */
  readonly isFilled?: boolean;
  /** More of the server's settings. */
  readonly glusterfs?: object;
}

/** Strict simulated hosts and a built server that asks for tokens. */
export async function openScene({
  hosts: count = 3,
  devices = 2,
  sizeGib = 200,
  isFilled = true,
  glusterfs = {},
}: SceneShape = {}): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'mortar-console-'));
  const hosts = await startHosts(folder, count, devices, sizeGib);
  const options = { folder, socket: hosts.socket, keys: KEYS, port: await freePort(), glusterfs };
  let server: ServerProcess = await startServer(options);
  const client = new ApiClient(`${server.base}/`, { user: 'admin', key: KEYS.admin }, new ServerClock(), {
    answered: () => undefined,
    lost: () => undefined,
    refused: () => undefined,
    whenBack: () => Promise.resolve(),
  });
  const scene: Scene = {
    base: server.base,
    hosts,
    client,
    kill: () => server.kill(),
    async restart() {
      server = await startServer(options);
    },
    async end() {
      await server.kill();
      await hosts.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  if (isFilled) await fill(client, count, devices);
  return scene;
}

async function fill(client: ApiClient, hosts: number, devices: number): Promise<void> {
  const answer = await client.ask<{ id: string }>('/clusters', { file: true, block: true });
  for (let host = 1; host <= hosts; host++) {
    const hostnames = { manage: [`h${host}`], storage: [`10.0.0.${host}`] };
    const left = await client.change('POST', '/nodes', { cluster: answer.id, zone: host, hostnames });
    const node = left?.split('/').at(-1);
    for (const letter of 'bcdefgh'.slice(0, devices))
      await client.change('POST', '/devices', { node, name: `/dev/sd${letter}` });
  }
}

/** Makes a volume; its id. */
export async function makeVolume(client: ApiClient, body: object): Promise<string> {
  const left = await client.change('POST', '/volumes', body);
  return left?.split('/').at(-1) ?? '';
}
