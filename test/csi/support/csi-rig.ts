import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RemoteSimulatedHosts } from '../../../src/executors/mock/remote/remote-simulated-hosts.js';
import { openStore } from '../../../src/store/open-store.js';
import { type HostsProcess, startHosts } from '../../crash/processes/support/hosts-process.js';
import { HttpClient } from '../../crash/processes/support/http-client.js';
import { databaseFile, type ServerProcess, startServer } from '../../crash/processes/support/server-process.js';
import { addDevice, addNode } from '../../crash/support/scenario.js';
import { differences } from '../../support/differences.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { CsiClient } from './csi-client.js';
import { type DriverProcess, startDriverProcess } from './driver-process.js';

const HOSTS_OF_A_CLUSTER = 3;
const CLUSTERS = 2;
const DEVICES = 2;
/** For `beforeAll`: a busy machine starts three programs slowly. */
export const START_LIMIT_MS = 120_000;

/** As the server tells of a volume. */
export interface ServerVolume {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly gid?: number;
  readonly cluster: string;
  readonly client_name?: string;
  readonly cloned_from?: string;
  readonly glustervolumeoptions?: readonly string[];
  readonly durability: { readonly type: string; readonly replicate: object; readonly disperse: object };
}

/** The built driver, and the built server on simulated hosts of two clusters; both can be killed and started again. */
export class CsiRig {
  readonly #folder: string;
  readonly #hosts: HostsProcess;
  readonly #glusterfs: object;
  #server: ServerProcess;
  #driver: DriverProcess;
  #driverArgs: readonly string[];
  /** In the order of their ids. */
  readonly clusters: string[] = [];

  private constructor(
    folder: string,
    hosts: HostsProcess,
    server: ServerProcess,
    glusterfs: object,
    driver: DriverProcess,
    args: readonly string[],
  ) {
    this.#glusterfs = glusterfs;
    this.#folder = folder;
    this.#hosts = hosts;
    this.#server = server;
    this.#driver = driver;
    this.#driverArgs = args;
  }

  /** `glusterfs`: settings of the server. */
  static async start(glusterfs: object = {}): Promise<CsiRig> {
    const folder = makeMemoryFolder('mortar-csi-');
    const hosts = await startHosts(folder, HOSTS_OF_A_CLUSTER * CLUSTERS, DEVICES);
    const server = await startServer({ folder, socket: hosts.socket, glusterfs });
    const args = ['--controller', '--server', server.base];
    const rig = new CsiRig(folder, hosts, server, glusterfs, await startDriverProcess(folder, args), args);
    await rig.#load();
    return rig;
  }

  async #load(): Promise<void> {
    const http = this.http;
    for (let cluster = 0; cluster < CLUSTERS; cluster++) {
      const id = await http.operations.createCluster({ allowsBlock: true, allowsFile: true });
      this.clusters.push(id);
      for (let i = 1; i <= HOSTS_OF_A_CLUSTER; i++) {
        const node = await addNode(http, id, cluster * HOSTS_OF_A_CLUSTER + i);
        for (const letter of 'bc'.slice(0, DEVICES)) await addDevice(http, node, `/dev/sd${letter}`);
      }
    }
    this.clusters.sort();
  }

  get base(): string {
    return this.#server.base;
  }

  get http(): HttpClient {
    return new HttpClient(this.#server.base);
  }

  get hosts(): RemoteSimulatedHosts {
    return this.#hosts.remote;
  }

  get csi(): CsiClient {
    return new CsiClient(this.#driver.socket);
  }

  async killServer(): Promise<void> {
    await this.#server.kill();
  }

  /** On the files and the port of the one before. */
  async startServer(): Promise<void> {
    const port = Number(new URL(this.#server.base).port);
    this.#server = await startServer({
      folder: this.#folder,
      socket: this.#hosts.socket,
      glusterfs: this.#glusterfs,
      port,
    });
  }

  async restartServer(): Promise<void> {
    await this.killServer();
    await this.startServer();
  }

  async restartDriver(args = this.#driverArgs): Promise<void> {
    await this.#driver.kill();
    this.#driverArgs = args;
    this.#driver = await startDriverProcess(this.#folder, args);
  }

  /** A second driver beside the one of `csi`, for the same server. */
  async startSecondDriver(): Promise<DriverProcess> {
    const folder = join(this.#folder, 'second');
    mkdirSync(folder);
    return startDriverProcess(folder, this.#driverArgs);
  }

  /**
   * Runs `call`, and ends the server with SIGKILL when its hosts are about to run their `at`-th command from now on; a new
   * one is started. Without such a command nothing is killed. The command is carried out, or not.
   */
  async killingServer<T>(at: number, isCarriedOut: boolean, call: () => Promise<T>): Promise<T> {
    await this.hosts.setFaults([{ kind: 'hold', nth: at + 1 }]);
    const answered = call();
    const isHeld = await Promise.race([
      this.hosts.awaitHeld().then(() => true),
      answered.then(
        () => false,
        () => false,
      ),
    ]);
    if (isHeld) {
      const killed = this.killServer();
      await this.hosts.releaseHeld(isCarriedOut);
      await killed;
    }
    await this.hosts.setFaults([]);
    if (isHeld) await this.startServer();
    return answered;
  }

  /** All that the server has. */
  async volumes(): Promise<readonly ServerVolume[]> {
    const { volumes } = JSON.parse((await this.http.send('GET', '/volumes')).text) as { volumes: string[] };
    return Promise.all(
      volumes.map(async (id) => JSON.parse((await this.http.send('GET', `/volumes/${id}`)).text) as ServerVolume),
    );
  }

  /** Ends server and driver. Fails when something is pending still, or store and hosts disagree. */
  async expectAgreement(): Promise<void> {
    await this.http.nothingPending();
    await this.#server.stop();
    const store = await openStore({ file: databaseFile(this.#folder), readOnly: true });
    try {
      expect(await differences(store, this.#hosts.remote)).toEqual([]);
    } finally {
      await store.close();
    }
  }

  async remove(): Promise<void> {
    await this.#driver.kill();
    await this.#server.kill();
    await this.#hosts.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
