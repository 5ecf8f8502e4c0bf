import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import type { Id } from '../../../../src/domain/ids.js';
import { type HostsProcess, startHosts } from '../../../crash/processes/support/hosts-process.js';
import { type ServerProcess, startServer } from '../../../crash/processes/support/server-process.js';
import { makeMemoryFolder } from '../../../support/memory-folder.js';
import { Provisioner } from './provisioner.js';

export const KEYS = { admin: 'adminkey', user: 'userkey' };

/** Enough for disperse 4+2. */
const HOSTS = 6;
const DEVICES = 2;

/** A built server over simulated hosts in a process of their own, and where StorageClasses find it, also after a restart. */
export class Storage {
  readonly resturl: string;
  readonly folder: string;
  readonly hosts: HostsProcess;
  readonly #port: number;
  readonly #isOpen: boolean;
  #server: ServerProcess | null = null;

  private constructor(folder: string, hosts: HostsProcess, port: number, isOpen: boolean) {
    this.folder = folder;
    this.hosts = hosts;
    this.#port = port;
    this.#isOpen = isOpen;
    this.resturl = `http://127.0.0.1:${port}`;
  }

  /** `isOpen`: nobody is asked for a token. */
  static async start({ isOpen = false } = {}): Promise<Storage> {
    const folder = makeMemoryFolder('mortar-provisioner-');
    const hosts = await startHosts(folder, HOSTS, DEVICES);
    const storage = new Storage(folder, hosts, await freePort(), isOpen);
    await storage.startServer();
    return storage;
  }

  async startServer(): Promise<void> {
    this.#server = await startServer({
      folder: this.folder,
      socket: this.hosts.socket,
      port: this.#port,
      ...(!this.#isOpen && { keys: KEYS }),
      // Long enough for a client to come back after a restart, which settles what it asks for.
      glusterfs: { start_time_background_cleaner: 2 },
    });
  }

  /** SIGKILL. */
  async killServer(): Promise<void> {
    await this.#server?.kill();
  }

  async stop(): Promise<void> {
    await this.#server?.kill();
    await this.hosts.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The administrator, as a StorageClass should name it. */
  admin(): Provisioner {
    return new Provisioner(this.resturl, 'admin', KEYS.admin);
  }

  /** Nodes h1 to h6 in one cluster, whose id is the answer. */
  async loadTopology(): Promise<Id> {
    const admin = this.admin();
    try {
      const { id: cluster } = JSON.parse((await admin.send('POST', '/clusters', { body: '{}' })).body) as { id: Id };
      for (let i = 1; i <= HOSTS; i++) {
        const hostnames = { manage: [`h${i}`], storage: [`10.0.0.${i}`] };
        const added = await admin.accepted('POST', '/nodes', JSON.stringify({ cluster, zone: i, hostnames }));
        const { id: node } = JSON.parse((await admin.finished(added)).body) as { id: Id };
        for (const name of ['/dev/sdb', '/dev/sdc'])
          await admin.finished(await admin.accepted('POST', '/devices', JSON.stringify({ node, name })));
      }
      return cluster;
    } finally {
      admin.close();
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
