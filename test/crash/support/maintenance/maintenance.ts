import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Id } from '../../../../src/domain/ids.js';
import type { Node } from '../../../../src/domain/node.js';
import type { Command, CommandResult } from '../../../../src/executors/executor.js';
import type { QueueTicket } from '../../../../src/operations/ports/queue.js';
import type { VolumeRequest } from '../../../../src/operations/ports/requests.js';
import { makeMemoryFolder } from '../../../support/memory-folder.js';
import { loadTopology, type Pool, strictHosts, volumeRequest } from '../../../support/pool.js';
import { seededRandom } from '../../../support/seeded-random.js';
import { Lab } from '../lab.js';
import { findDisagreement } from './disagreement.js';
import { type Draws, HostTroubles } from './host-troubles.js';
import { type Death, RestartingPool, type Watch } from './restarting-pool.js';
import { Story } from './story.js';
import { WrittenFiles } from './written-files.js';

const HOSTS = 6;
/** So that there are enough others, also when one more is lost. */
const REMOVED_NODES = 2;
const DEVICES = 2;
const NAMES = Array.from({ length: HOSTS }, (_, i) => `h${i + 1}`);
/** Of all steps; what hosts and clients do meanwhile comes on top. */
const STEPS = 30;
const LAST_ROUNDS = 12;
/** Of these, so many in which what was answered as failed is asked for again. */
const ASKING_ROUNDS = 6;
/** The share of commands before which something happens to hosts. */
const MEANWHILE = 0.06;

const KINDS = [
  { durability: { type: 'replicate', replica: 3, disperseData: 0, disperseRedundancy: 0 } },
  { durability: { type: 'replicate', replica: 2, disperseData: 0, disperseRedundancy: 0 } },
  { durability: { type: 'disperse', replica: 0, disperseData: 2, disperseRedundancy: 1 } },
  { options: ['user.heketi.arbiter true'] },
  { sizeGib: 120 },
] as const satisfies readonly Partial<VolumeRequest>[];

/** A host whose disks are gone. */
interface Destroyed {
  readonly host: string;
  /** It never returns; else it was installed anew. */
  isDown: boolean;
}

/** Everything that was found wrong, in sentences. */
export interface Outcome {
  readonly violations: readonly string[];
  /** What was done, step by step. */
  readonly story: readonly string[];
  readonly figures: Figures;
}

/** How much has happened. */
export interface Figures {
  readonly written: number;
  readonly replaced: number;
  readonly destroyed: number;
  readonly deaths: number;
  /** Hosts that never return, and that were installed anew. */
  readonly lost: number;
  readonly reinstated: number;
}

export interface LifeOptions {
  /** Its story has each command. */
  readonly isTold: boolean;
}

/** A random life of a cluster whose disks, nodes and bricks come and go, told by its seed. */
export class Maintenance implements Watch, Draws {
  #deaths = 0;
  readonly #random: () => number;
  readonly #lab: Lab;
  readonly #files: WrittenFiles;
  readonly #folder = makeMemoryFolder('mortar-maintenance-');
  readonly #troubles: HostTroubles;
  #destroyed: Destroyed | null = null;
  #reinstatement: QueueTicket | null = null;
  /** Its disks were given up without asking it: empty mount points stay. */
  #givenUpHost: string | null = null;
  #removedNodes = 0;
  readonly #story: Story;
  readonly #violations: string[] = [];
  /** Creates whose answer was not heard yet, by the name that was asked for. */
  readonly #asked = new Map<string, QueueTicket>();
  /** Of volumes that clients were told of. */
  readonly #names = new Set<string>();
  readonly #server: RestartingPool;
  #made = 0;
  #isCalm = true;

  constructor(seed: number, { isTold }: LifeOptions) {
    this.#story = new Story(isTold);
    this.#random = seededRandom(seed);
    this.#lab = new Lab(strictHosts(HOSTS, DEVICES, 300));
    this.#files = new WrittenFiles(this.#lab.hosts);
    this.#troubles = new HostTroubles(this.#lab, NAMES, this, this.#story);
    const health = {
      isUp: (host: string) =>
        !this.#troubles.down.has(host) && !(this.#destroyed?.isDown && host === this.#destroyed.host),
      reportDown: () => undefined,
      onUp: () => undefined,
    };
    this.#server = new RestartingPool(join(this.#folder, 'heketi.db'), this.#lab, this.#files, this, { health });
  }

  async live(): Promise<Outcome> {
    try {
      await this.#server.restart();
      await this.#server.work((pool) => loadTopology(pool, HOSTS, DEVICES));
      for (let i = 0; i < 3; i++) await this.#create();
      await this.#listen();
      for (let i = 0; i < 6; i++) this.#write();
      this.#isCalm = false;
      // Later on it is seldom so calm that a host can go without a loss.
      await [() => this.#reinstate(), () => this.#lose(), async () => undefined][this.below(3)]?.();
      for (let i = 0; i < STEPS; i++) {
        await this.#step();
        await this.#listen();
      }
      this.#isCalm = true;
      await this.#end();
    } finally {
      await this.#server.close();
      rmSync(this.#folder, { recursive: true, force: true });
    }
    const { written, replaced, destroyed } = this.#files;
    return {
      violations: [...this.#violations, ...this.#files.violations],
      story: this.#story.lines,
      figures: {
        written,
        replaced,
        destroyed,
        deaths: this.#deaths,
        lost: this.#destroyed?.isDown ? 1 : 0,
        reinstated: this.#destroyed?.isDown === false ? 1 : 0,
      },
    };
  }

  onDeath(): void {
    this.#deaths++;
    this.#story.add('the server dies');
  }

  onRefusal({ message }: Error): null {
    this.#story.add(`refused: ${message}`);
    return null;
  }

  async #step(): Promise<void> {
    const steps: readonly (readonly [number, string, () => Promise<void>])[] = [
      [2, 'create', () => this.#create()],
      [1, 'delete', () => this.#delete()],
      [5, 'evict', () => this.#evict()],
      [6, 'remove a device', () => this.#removeDevice()],
      [2, 'remove a node', () => this.#removeNode()],
      [2, 'lose a node', () => this.#lose()],
      [2, 'reinstate a node', () => this.#reinstate()],
      [2, 'put back', () => this.#putBack()],
      [2, 'cancel', () => this.#cancel()],
      [3, 'settle', () => this.#server.settled()],
      [3, 'recover', () => this.#recover()],
      [4, 'restart', () => this.#server.restart(this.#death())],
      [3, 'heal', async () => this.#troubles.heal()],
      [6, 'hosts', async () => this.#happen()],
    ];
    let left = this.below(steps.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, name, work] of steps) {
      left -= weight;
      if (left >= 0) continue;
      this.#story.tell(name);
      return work();
    }
  }

  // What clients and administrators ask for.

  async #create(): Promise<void> {
    const name = `v${++this.#made}`;
    const kind = this.pick<Partial<VolumeRequest>>(KINDS) ?? {};
    this.#story.tell(`  ${name}: ${JSON.stringify(kind)}`);
    const ticket = await this.#server.work(({ operations }) =>
      operations.createVolume(volumeRequest({ sizeGib: 10, ...kind, name })),
    );
    if (ticket) this.#asked.set(name, ticket);
    await this.#server.settled();
  }

  async #delete(): Promise<void> {
    const volume = this.pick(await this.#volumes());
    // Beside a reinstatement a delete that gluster refuses can neither be ended nor taken back by itself.
    const isReinstating = this.#destroyed?.isDown === false;
    if (!volume || isReinstating) return;
    this.#names.delete(volume.name);
    this.#files.forget(volume.name);
    this.#story.tell(`  ${volume.name}`);
    await this.#server.work(({ operations }) => operations.deleteVolume(volume.id));
  }

  async #evict(): Promise<void> {
    const brick = this.pick((await this.#server.work(({ store }) => store.read((tx) => tx.bricks.list()))) ?? []);
    if (!brick) return;
    this.#story.tell(`  ${brick.path}`);
    await this.#server.work(({ operations }) => operations.evictBrick(brick.id, true));
  }

  async #removeDevice(): Promise<void> {
    const device = this.pick((await this.#server.work(({ store }) => store.read((tx) => tx.devices.list()))) ?? []);
    const node = this.#destroyed && (await this.#nodeOf(this.#destroyed));
    // What is given up is not set up again when its node is reinstated.
    if (!device || device.nodeId === node?.id) return;
    this.#story.tell(`  ${device.id}`);
    await this.#change((pool) => pool.operations.setDeviceState(device.id, 'offline'));
    await this.#server.work(({ operations }) => operations.setDeviceState(device.id, 'failed'));
  }

  async #removeNode(): Promise<void> {
    const node = this.pick(await this.#nodes());
    if (!node || node.state === 'failed') return;
    this.#story.tell(`  ${node.manageNames.join()}`);
    await this.#change((pool) => pool.operations.setNodeState(node.id, 'offline'));
    // It must be possible to use it again: a node that was removed is so for ever.
    if (this.#removedNodes === REMOVED_NODES || this.below(2) === 0)
      await this.#change((pool) => pool.operations.setNodeState(node.id, 'online'));
    else {
      this.#removedNodes++;
      await this.#server.work(({ operations }) => operations.setNodeState(node.id, 'failed'));
    }
  }

  /** A host whose bricks nobody needs burns down, and is given up; asked for again, as long as it is not forgotten. */
  async #lose(): Promise<void> {
    this.#destroyed ??= await this.#takeOne('is destroyed');
    const node = this.#destroyed?.isDown ? await this.#nodeOf(this.#destroyed) : null;
    if (node)
      await this.#server.work(({ operations }) =>
        operations.loseNode(node.id, { mustBeHealed: true, mayHostAnswer: false }),
      );
  }

  /** It is installed anew, with empty disks; asked for again, until that was done. */
  async #reinstate(): Promise<void> {
    if (this.#destroyed === null) {
      this.#destroyed = await this.#takeOne('is installed anew');
      if (this.#destroyed) this.#lab.hosts.reinstall(this.#destroyed.host);
      if (this.#destroyed) this.#destroyed.isDown = false;
    }
    const node = this.#destroyed?.isDown === false ? await this.#nodeOf(this.#destroyed) : null;
    if (!node || !(await this.#isReinstatedInVain())) return;
    if (node.state === 'failed') return this.#giveUpDisksOf(node);
    this.#reinstatement = await this.#server.work(({ operations }) => operations.reinstateNode(node.id, {}));
  }

  /** One that was removed before can only be deleted: what its old disks still owed goes with them. */
  async #giveUpDisksOf(node: Node): Promise<void> {
    const devices = await this.#server.work(({ store }) => store.read((tx) => tx.devices.listByNode(node.id)));
    this.#givenUpHost = this.#destroyed?.host ?? null;
    for (const { id, state } of devices ?? []) {
      for (const next of state === 'failed' ? [] : (['offline', 'failed'] as const)) {
        await this.#server.work(({ operations }) => operations.setDeviceState(id, next));
        await this.#server.settled();
      }
      await this.#server.work(({ operations }) => operations.deleteDevice(id, true));
      await this.#server.settled();
    }
  }

  async #isReinstatedInVain(): Promise<boolean> {
    const { queueId } = this.#reinstatement ?? {};
    if (queueId === undefined) return true;
    const entry = await this.#server.work(({ store }) => store.read((tx) => tx.queue.find(queueId)));
    return entry?.state === 'failed';
  }

  /** Nothing is on its way, and all is healed: nobody needs what is on this host. */
  async #takeOne(becomes: string): Promise<Destroyed | null> {
    const records = await this.#server.work(({ store }) => store.read((tx) => tx.operations.list()));
    const isCalm =
      this.#troubles.down.size === 0 && this.#files.unhealed(new Set()).length === 0 && records?.length === 0;
    const node = this.pick(await this.#wholeNodes());
    if (!isCalm || !node) return null;
    const [host = ''] = node.manageNames;
    this.#story.tell(`  ${host} ${becomes}`);
    this.#lab.takeDown(host);
    this.#lab.hosts.destroyHost(host);
    return { host, isDown: true };
  }

  /** In use with all their devices. */
  async #wholeNodes(): Promise<readonly Node[]> {
    const devices = (await this.#server.work(({ store }) => store.read((tx) => tx.devices.list()))) ?? [];
    const isWhole = (id: Id) => devices.every(({ nodeId, state }) => nodeId !== id || state !== 'failed');
    return (await this.#nodes()).filter(({ id, state }) => state === 'online' && isWhole(id));
  }

  async #nodeOf({ host }: Destroyed): Promise<Node | null> {
    return (await this.#nodes()).find(({ manageNames }) => manageNames[0] === host) ?? null;
  }

  async #nodes(): Promise<readonly Node[]> {
    return (await this.#server.work(({ store }) => store.read((tx) => tx.nodes.list()))) ?? [];
  }

  /** Devices and nodes take bricks again. */
  async #putBack(): Promise<void> {
    const { devices, nodes } = (await this.#server.work(({ store }) =>
      store.read(async (tx) => ({ devices: await tx.devices.list(), nodes: await tx.nodes.list() })),
    )) ?? { devices: [], nodes: [] };
    for (const { id, state } of devices) {
      if (state === 'failed') await this.#change((pool) => pool.operations.setDeviceState(id, 'offline'));
      if (state !== 'online') await this.#change((pool) => pool.operations.setDeviceState(id, 'online'));
    }
    for (const { id, state } of nodes)
      if (state === 'offline') await this.#change((pool) => pool.operations.setNodeState(id, 'online'));
  }

  async #cancel(): Promise<void> {
    const records = (await this.#server.work(({ store }) => store.read((tx) => tx.operations.list()))) ?? [];
    const record = this.pick(records.filter(({ type }) => /^(?:remove|lose|reinstate)-/.test(type)));
    if (record) await this.#server.work(({ operations }) => operations.cancel(record.id));
  }

  /** Asks, and waits for the end. */
  async #change(ask: (pool: Pool) => Promise<QueueTicket>): Promise<void> {
    await this.#server.work(ask);
    await this.#server.settled();
  }

  async #recover(): Promise<void> {
    await this.#server.work(({ recovery }) => recovery.run());
  }

  async #listen(): Promise<void> {
    for (const [name, { queueId }] of this.#asked) {
      const entry = await this.#server.work(({ store }) => store.read((tx) => tx.queue.find(queueId)));
      if (entry === null || entry.state === 'pending') continue;
      this.#asked.delete(name);
      if (entry.state === 'done') this.#names.add(name);
    }
  }

  async #volumes(): Promise<readonly { readonly id: Id; readonly name: string }[]> {
    const volumes = (await this.#server.work(({ store }) => store.read((tx) => tx.volumes.list()))) ?? [];
    return volumes.filter(({ name }) => this.#names.has(name));
  }

  // What happens to hosts.

  afterCommand(host: string, command: Command, result: CommandResult): void {
    this.#story.command(host, command, result);
  }

  beforeCommand(): void {
    if (!this.#isCalm && this.#random() < MEANWHILE) this.#happen();
  }

  #happen(): void {
    if (this.#server.isAboutToChange) return;
    this.#troubles.happen([...this.#names], this.#destroyed?.host ?? null, () => this.#write());
  }

  #write(): void {
    const volume = this.pick([...this.#names]);
    if (volume === undefined) return;
    const written = this.#files.write(volume, (count) => this.below(count));
    if (written) this.#story.detail(`file ${written.file} of ${volume} is written to set ${written.set}`);
  }

  /** Everything works again, and all is led to its end: store and hosts agree, and everything is healed. */
  async #end(): Promise<void> {
    const { hosts } = this.#lab;
    this.#troubles.endAll();
    await this.#server.restart();
    await this.#putBack();
    for (let round = 0; round < LAST_ROUNDS; round++) {
      this.#troubles.endAll();
      await this.#recover();
      await this.#server.settled();
      if (round < ASKING_ROUNDS && this.#destroyed) await (this.#destroyed.isDown ? this.#lose() : this.#reinstate());
    }
    if (this.#destroyed?.isDown && (await this.#nodeOf(this.#destroyed)))
      this.#violations.push(`${this.#destroyed.host} is not forgotten`);
    await this.#lab.finishLeftovers();
    this.#troubles.endAll();
    const found = await this.#server.work(({ store }) => findDisagreement(store, hosts, this.#files));
    const stays = `on the hosts but not in the store: directory ${this.#givenUpHost} `;
    const wrong = found?.filter((violation) => !violation.startsWith(stays));
    this.#violations.push(...(wrong ?? ['nobody can tell whether store and hosts agree']));
  }

  below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[this.below(from.length)];
  }

  #death(): Death | null {
    if (this.below(3) === 0) return null;
    const at = this.below(60);
    if (this.below(2) === 0)
      return { of: 'commit', at: this.below(20), kind: this.below(2) === 0 ? 'die before commit' : 'die after commit' };
    const kind = this.pick(['die before', 'die after', 'die while the batch runs on'] as const) ?? 'die after';
    return { of: 'command', at, kind };
  }
}
