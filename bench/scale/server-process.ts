import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../free-port.js';
import { HostsThread } from './hosts-thread.js';
import { cpuSeconds, mostMib, presentMib } from './process-use.js';
import type { Figures } from './row.js';
import { TurnProbe } from './turn-probe.js';

const POLL_MS = 5;
const MIB = 1024 * 1024;

export interface Answer {
  readonly status: number;
  readonly bytes: number;
  readonly location: string;
  readonly isPending: boolean;
  readonly text: string;
}

interface Paths {
  /** What is there only as long as the server. */
  readonly folder: string;
  readonly file: string;
}

/** A server on a database, and its simulated hosts in a thread of this process. */
export class ServerProcess {
  readonly base: string;
  readonly #child: ChildProcess;
  readonly #hosts: HostsThread;
  readonly #folder: string;
  readonly #file: string;
  readonly #agent = new Agent({ keepAlive: true });
  #loggedBytes = 0;

  private constructor(base: string, child: ChildProcess, hosts: HostsThread, paths: Paths) {
    this.base = base;
    this.#child = child;
    this.#hosts = hosts;
    this.#folder = paths.folder;
    this.#file = paths.file;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#loggedBytes += chunk.length;
    });
  }

  /** Bytes of the log so far. */
  get loggedBytes(): number {
    return this.#loggedBytes;
  }

  /** Does nothing by itself but what `settings` (of the section `glusterfs`) ask for. */
  static async start(file: string, settings: object = {}): Promise<ServerProcess> {
    const folder = mkdtempSync(path.join(tmpdir(), 'mortar-scale-'));
    const socket = path.join(folder, 'hosts');
    const hosts = await HostsThread.start(file, socket);
    const port = await freePort();
    const config = path.join(folder, 'heketi.json');
    const glusterfs = { ...QUIET, executor: 'mock', db: file, ...settings };
    writeFileSync(config, JSON.stringify({ port: String(port), use_auth: false, jwt: {}, glusterfs }));
    const child = spawn(process.execPath, [path.resolve('bin/heketi'), `--config=${config}`, '--disable-auth'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, MORTAR_MOCK_MODE: 'strict', MORTAR_MOCK_SOCKET: socket },
    });
    if (!('loglevel' in settings)) child.stderr?.pipe(process.stderr);
    const server = new ServerProcess(`http://127.0.0.1:${port}`, child, hosts, { folder, file });
    await server.#started();
    return server;
  }

  async #started(): Promise<void> {
    for (;;) {
      if (this.#child.exitCode !== null) throw new Error('the server did not start');
      const hello = await this.send('GET', '/hello').catch(() => null);
      if (hello?.status === 200) return;
      await pause();
    }
  }

  probe(): Promise<TurnProbe> {
    return TurnProbe.start(this.base, this.#child.pid ?? 0);
  }

  /** Since the start, and at the moment; the database with its log. */
  use(): { readonly cpuMs: number; readonly mib: number; readonly fileMib: number } {
    const sizes = [this.#file, `${this.#file}-wal`].map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    return { cpuMs: this.#cpuMs(), mib: presentMib(this.#child.pid ?? 0), fileMib: bytes / MIB };
  }

  /** What the server needs for it, and how long others waited. */
  async measure(work: () => Promise<string | undefined>): Promise<Figures> {
    const probe = await this.probe();
    const before = this.#cpuMs();
    const note = await work();
    const cpuMs = this.#cpuMs() - before;
    return {
      cpuMs,
      ...(await probe.stop()),
      mib: mostMib(this.#child.pid ?? 0),
      ...(note === undefined ? {} : { note }),
    };
  }

  send(method: string, url: string, body?: object): Promise<Answer> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = payload === undefined ? {} : { 'Content-Length': Buffer.byteLength(payload) };
    return new Promise((done, failed) => {
      const sent = httpRequest(new URL(url, this.base), { agent: this.#agent, method, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', failed);
        answer.on('end', () => {
          const whole = Buffer.concat(chunks);
          done({
            status: answer.statusCode ?? 0,
            bytes: whole.length,
            location: String(answer.headers.location ?? ''),
            isPending: answer.headers['x-pending'] === 'true',
            get text() {
              return whole.toString();
            },
          });
        });
      });
      sent.on('error', failed);
      sent.end(payload);
    });
  }

  /** Sends a change and polls until its final answer. */
  async change(method: string, url: string, body?: object): Promise<Answer> {
    const accepted = await this.send(method, url, body);
    if (accepted.status !== 202) return accepted;
    for (;;) {
      const polled = await this.send('GET', accepted.location);
      if (!polled.isPending) return polled;
      await pause();
    }
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    const gone = new Promise((done) => this.#child.once('exit', done));
    if (this.#child.exitCode === null && this.#child.kill('SIGTERM')) await gone;
    await this.#hosts.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #cpuMs(): number {
    return cpuSeconds(this.#child.pid ?? 0) * 1000;
  }
}

/** With another `loglevel` the log is only counted. */
const QUIET = {
  loglevel: 'error',
  node_repair: 'off',
  device_check: 'off',
  disable_monitor_gluster_nodes: true,
  disable_background_cleaner: true,
  max_volumes_per_cluster: 100_000,
};

function pause(): Promise<void> {
  return new Promise((done) => setTimeout(done, POLL_MS));
}
