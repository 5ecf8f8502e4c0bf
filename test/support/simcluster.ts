import { execFile, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const PROGRAM = resolve(import.meta.dirname, '../simcluster/simcluster.mjs');
const run = promisify(execFile);

/** Why machines can't be simulated here; null when they can. */
export function whyNoSimcluster(): string | null {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (process.getuid?.() !== 0) return 'it needs root (for namespaces and mounts)';
  if (!existsSync('/usr/sbin/sshd')) return 'sshd is missing (package openssh-server)';
  for (const [program, ...args] of [
    ['perl', '-e', '1'],
    ['ssh-keygen', '-?'],
    ['nsenter', '--version'],
  ]) {
    if (spawnSync(program ?? '', args).error) return `${program} is missing`;
  }
  const namespaces = spawnSync('unshare', ['-m', '-p', '-u', '-f', 'true'], { encoding: 'utf8' });
  return namespaces.status === 0 ? null : `namespaces can't be made: ${namespaces.stderr.trim()}`;
}

export interface ExecutedCommand {
  readonly seq: number;
  readonly host: string;
  readonly cmd: string;
  readonly exit: number;
}

/** A running cluster of simulated machines behind real sshds, in a folder of its own. */
export class SimCluster {
  readonly #folder: string;
  readonly user = 'root';
  readonly port: number;
  /** The client's private key, and the hosts' keys. */
  readonly keyFile: string;
  readonly knownHostsFile: string;
  readonly topologyFile: string;
  /** Manage names. */
  readonly hosts: readonly string[];

  private constructor(folder: string, info: ClusterInfo) {
    this.#folder = folder;
    this.port = info.port;
    this.keyFile = info.key;
    this.knownHostsFile = info.knownHosts;
    this.topologyFile = info.topology;
    this.hosts = info.nodes.map((node) => node.manage);
  }

  static async up(options: Readonly<Record<string, string | number>> = {}): Promise<SimCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'mortar-sim-'));
    const octet = (from: number, to: number) => from + Math.floor(Math.random() * (to - from));
    const net = `127.${octet(64, 250)}.${octet(0, 250)}`;
    const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const { stdout } = await run(process.execPath, [PROGRAM, 'up', '--dir', join(folder, 'c'), '--net', net, ...given]);
    return new SimCluster(folder, JSON.parse(stdout) as ClusterInfo);
  }

  async fail(...args: readonly (string | number)[]): Promise<void> {
    await this.#ask('fail', ...args);
  }

  /** Milliseconds by program, as in the simulator's profiles. */
  async setLatencies(ms: Readonly<Record<string, number>>): Promise<void> {
    const file = join(this.#folder, 'latencies.json');
    writeFileSync(file, JSON.stringify(ms));
    await this.#ask('latency', '--latency-file', file);
  }

  /** Every exec request the hosts have had and answered. */
  async log(): Promise<readonly ExecutedCommand[]> {
    const text = await this.#ask('log');
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as ExecutedCommand);
  }

  /** What a storage manager has left behind, free of ids and placement. */
  async hostsState(): Promise<CanonicalHostsState> {
    return JSON.parse(await this.#ask('state', '--hosts')) as CanonicalHostsState;
  }

  /** What there is of a host here. */
  hostFolder(host: string): string {
    return join(this.#folder, 'c', `node${this.hosts.indexOf(host) + 1}`);
  }

  /** A host's file, as a path here. */
  path(host: string, file: string): string {
    return join(this.hostFolder(host), 'root', file);
  }

  write(host: string, file: string, text: string, mode = 0o644): void {
    writeFileSync(this.path(host, file), text, { mode });
  }

  remove(host: string, file: string): void {
    rmSync(this.path(host, file), { force: true });
  }

  append(host: string, file: string, text: string): void {
    appendFileSync(this.path(host, file), text);
  }

  makeFolder(host: string, folder: string): void {
    mkdirSync(this.path(host, folder), { recursive: true });
  }

  /** sshd reads a user's keys with that user's rights. */
  makeReadable(host: string, file: string): void {
    chmodSync(this.path(host, file), 0o644);
  }

  exists(host: string, file: string): boolean {
    return existsSync(this.path(host, file));
  }

  /** How many connections a host's sshd has let in since it was made. */
  connections(host: string): number {
    const log = readFileSync(join(this.hostFolder(host), 'sshd.log'), 'utf8');
    return log.match(/^Accepted publickey/gm)?.length ?? 0;
  }

  async down(): Promise<void> {
    await this.#ask('down');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ask(verb: string, ...args: readonly (string | number)[]): Promise<string> {
    const { stdout } = await run(
      process.execPath,
      [PROGRAM, verb, '--dir', join(this.#folder, 'c'), ...args.map(String)],
      { maxBuffer: 1 << 28 },
    );
    return stdout;
  }
}

export interface CanonicalHostsState {
  readonly volumes: readonly { readonly name: string; readonly status: string; readonly brickCount: number }[];
  readonly snapshots: readonly object[];
  /** Whatever belongs to no volume. */
  readonly withoutVolume: Readonly<Record<'lvs' | 'mounts' | 'fstab' | 'directories', readonly string[]>>;
}

interface ClusterInfo {
  readonly port: number;
  readonly key: string;
  readonly knownHosts: string;
  readonly topology: string;
  readonly nodes: readonly { readonly manage: string }[];
}

/** Resolves once `isSo` answers true; it is asked again and again. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((next) => setTimeout(next, 20));
}
