import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RemoteSimulatedHosts } from '../../../../src/executors/mock/remote-simulated-hosts.js';
import { ended, printed } from './ended.js';

const PROGRAM = resolve(import.meta.dirname, '../../../../dist/executors/mock/host-process.js');

export interface HostsProcess {
  readonly socket: string;
  /** A client beside the server's. */
  readonly remote: RemoteSimulatedHosts;
  stop(): Promise<void>;
}

/** Strict simulated hosts h1..hN in a process of their own. */
export async function startHosts(folder: string, hosts: number, devices: number, sizeGib = 100): Promise<HostsProcess> {
  const socket = join(folder, 'hosts.sock');
  const file = join(folder, 'hosts.json');
  const list = Array.from({ length: hosts }, (_, i) => ({
    manage: `h${i + 1}`,
    storage: `10.0.0.${i + 1}`,
    devices: [...'bcdefgh'.slice(0, devices)].map((letter) => ({ path: `/dev/sd${letter}`, sizeGib })),
  }));
  writeFileSync(file, JSON.stringify({ hosts: list }));
  const child = spawn(process.execPath, [PROGRAM, '--socket', socket, '--mode', 'strict', '--hosts', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
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
