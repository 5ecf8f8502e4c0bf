import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RemoteSimulatedHosts } from '../../../../src/executors/mock/remote/remote-simulated-hosts.js';
import { ended, printed } from './ended.js';

const PROGRAM = resolve(import.meta.dirname, '../../../../dist/executors/mock/remote/host-process.js');

const WATCHED = join(import.meta.dirname, 'watched-hosts.ts');

export interface HostsProcess {
  readonly socket: string;
  /** A client beside the server's. */
  readonly remote: RemoteSimulatedHosts;
  stop(): Promise<void>;
}

/** Strict simulated hosts h1..hN in a process of their own. */
export function startHosts(folder: string, hosts: number, devices: number, sizeGib = 100): Promise<HostsProcess> {
  return startProgram([PROGRAM], folder, hosts, devices, sizeGib);
}

/** The same, and watched: bricks that vanish while a gluster volume names them are told. */
export async function startWatchedHosts(folder: string, hosts: number, devices: number, sizeGib: number) {
  const report = join(folder, 'destroyed-bricks');
  writeFileSync(report, '');
  const started = await startProgram(['--import', 'tsx', WATCHED], folder, hosts, devices, sizeGib, {
    MORTAR_DESTROYED_BRICKS: report,
  });
  return { ...started, destroyed: () => readFileSync(report, 'utf8').split('\n').filter(Boolean) };
}

async function startProgram(
  program: readonly string[],
  folder: string,
  hosts: number,
  devices: number,
  sizeGib: number,
  env: Readonly<Record<string, string>> = {},
): Promise<HostsProcess> {
  const socket = join(folder, 'hosts.sock');
  const file = join(folder, 'hosts.json');
  const list = Array.from({ length: hosts }, (_, i) => ({
    manage: `h${i + 1}`,
    storage: `10.0.0.${i + 1}`,
    devices: [...'bcdefgh'.slice(0, devices)].map((letter) => ({ path: `/dev/sd${letter}`, sizeGib })),
  }));
  writeFileSync(file, JSON.stringify({ hosts: list }));
  const child = spawn(process.execPath, [...program, '--socket', socket, '--mode', 'strict', '--hosts', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  await printed(child, /ready/);
  const remote = new RemoteSimulatedHosts(socket);
  return {
    socket,
    remote,
    async stop() {
      await remote.close();
      child.kill('SIGKILL');
      await ended(child);
    },
  };
}
