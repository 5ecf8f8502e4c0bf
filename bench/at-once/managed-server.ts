import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../free-port.js';

const POLL_MS = 20;

/** Our own program; `{config}` stands for the file. */
export const OWN_COMMAND = `${path.resolve('bin/heketi')} --config={config} --disable-auth`;

/** A server process, and its clients. */
export class ManagedServer {
  readonly #base: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(base: string, child: ChildProcess, folder: string) {
    this.#base = base;
    this.#child = child;
    this.#folder = folder;
  }

  /** `executor`: what the section `glusterfs` says of how hosts are reached. */
  static async start(command: string, executor: object, env: NodeJS.ProcessEnv = {}): Promise<ManagedServer> {
    const folder = mkdtempSync(path.join(tmpdir(), 'mortar-bench-'));
    const port = await freePort();
    const config = path.join(folder, 'heketi.json');
    const glusterfs = {
      ...executor,
      db: path.join(folder, 'heketi.db'),
      loglevel: 'error',
      max_inflight_operations: 64,
    };
    writeFileSync(config, JSON.stringify({ port: String(port), use_auth: false, jwt: {}, glusterfs }));
    const child = spawn('/bin/sh', ['-c', `exec ${command.replaceAll('{config}', config)}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ...env },
    });
    const base = `http://127.0.0.1:${port}`;
    for (;;) {
      if (child.exitCode !== null) throw new Error('the server did not start');
      const hello = await fetch(`${base}/hello`).catch(() => null);
      if (hello?.ok) return new ManagedServer(base, child, folder);
      await pause();
    }
  }

  /** Sends a request and waits for its job's end; answers the resulting object, or null. */
  async send(method: string, url: string, body?: object): Promise<{ readonly id?: string } | null> {
    const init = {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    };
    const asked = await fetch(this.#base + url, { ...init, redirect: 'manual' });
    if (asked.status !== 202) return read(method, url, asked);
    const at = new URL(asked.headers.get('location') ?? '', this.#base);
    for (;;) {
      const answer = await fetch(at, { redirect: 'manual' });
      if (answer.headers.get('x-pending') === 'true') {
        await answer.text();
        await pause();
      } else if (answer.status === 303) {
        return read(method, url, await fetch(new URL(answer.headers.get('location') ?? '', this.#base)));
      } else return read(method, url, answer);
    }
  }

  async loadTopology(file: string): Promise<void> {
    const topology = JSON.parse(readFileSync(file, 'utf8')) as {
      readonly clusters: readonly {
        readonly nodes: readonly { readonly node: object; readonly devices: readonly string[] }[];
      }[];
    };
    const cluster = await this.send('POST', '/clusters', { file: true, block: true });
    for (const { node, devices } of topology.clusters[0]?.nodes ?? []) {
      const made = await this.send('POST', '/nodes', { ...node, cluster: cluster?.id });
      await Promise.all(devices.map((name) => this.send('POST', '/devices', { node: made?.id, name })));
    }
  }

  /** Replica-3 volumes of 10 GiB, all at once; answers their ids. */
  async createVolumes(count: number): Promise<readonly string[]> {
    const request = { size: 10, durability: { type: 'replicate', replicate: { replica: 3 } } };
    const made = await Promise.all(Array.from({ length: count }, () => this.send('POST', '/volumes', request)));
    return made.map((volume) => volume?.id ?? '');
  }

  async deleteVolumes(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.send('DELETE', `/volumes/${id}`)));
  }

  async stop(): Promise<void> {
    const gone = new Promise((done) => this.#child.once('exit', done));
    this.#child.kill('SIGTERM');
    await gone;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function read(method: string, url: string, answer: Response): Promise<{ readonly id?: string } | null> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return text === '' ? null : (JSON.parse(text) as { readonly id?: string });
}

function pause(): Promise<void> {
  return new Promise((done) => setTimeout(done, POLL_MS));
}
