import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../free-port.js';
import { HostsThread } from './hosts-thread.js';
import { cpuSeconds, mostMib } from './process-use.js';
import type { Figures } from './row.js';
import { TurnProbe } from './turn-probe.js';

const POLL_MS = 5;

export interface Answer {
  readonly status: number;
  readonly bytes: number;
  readonly location: string;
  readonly isPending: boolean;
  readonly text: string;
}

/** A server on a database, and its simulated hosts in a thread of this process. */
export class ServerProcess {
  readonly base: string;
  readonly #child: ChildProcess;
  readonly #hosts: HostsThread;
  readonly #folder: string;
  readonly #agent = new Agent({ keepAlive: true });
  #loggedBytes = 0;

  private constructor(base: string, child: ChildProcess, hosts: HostsThread, folder: string) {
    this.base = base;
    this.#child = child;
    this.#hosts = hosts;
    this.#folder = folder;
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
    const server = new ServerProcess(`http://127.0.0.1:${port}`, child, hosts, folder);
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

  /** What the server needs for it, and how long others waited. */
  async measure(work: () => Promise<string | undefined>): Promise<Figures> {
    const probe = await TurnProbe.start(this.base);
    const before = this.#cpuMs();
    const note = await work();
    const cpuMs = this.#cpuMs() - before;
    const turnMs = await probe.stop();
    return { cpuMs, turnMs, mib: mostMib(this.#child.pid ?? 0), ...(note === undefined ? {} : { note }) };
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
            text: whole.toString(),
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
