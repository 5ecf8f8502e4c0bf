import { randomUUID } from 'node:crypto';
import { appendFstabLine } from '../../../src/executors/commands/host/fstab-lines.js';
import { type CommandResult, type Executor, TransportError } from '../../../src/executors/executor.js';
import type { HostsState, PoolState } from '../../../src/executors/mock/world/state.js';

/** What somebody does to a volume by hand while the server works on it. */
export const HANDS = [
  'stops it',
  'expands it',
  'replaces one of its bricks',
  'deletes it',
  'deletes it and rescues its bricks into another volume',
] as const;
export const RESCUED_PREFIX = 'rescued_';
export type Hand = (typeof HANDS)[number];

/** A file system of the administrator's own on each host, on a disk that the server does not know. */
export const OWN_MOUNT = '/data';

export type ServedVolume = PoolState['volumes'][number];

/** All hosts, as somebody logged in on them sees them. */
export interface Shell extends Pick<Executor, 'run'> {
  state(): HostsState | Promise<HostsState>;
}

/** A person with a shell on all hosts. */
export class Administrator {
  /** Whether the hand found something to change. */
  hasActed = false;
  readonly #hosts: Shell;
  readonly #volume: string;
  readonly #glusterHost: string;
  /** The volume as it was last seen. */
  #seen: ServedVolume | null = null;

  constructor(hosts: Shell, volume: string, glusterHost = 'h1') {
    this.#hosts = hosts;
    this.#volume = volume;
    this.#glusterHost = glusterHost;
  }

  async act(hand: Hand): Promise<void> {
    const found = await this.look();
    const name = this.#volume;
    switch (hand) {
      case 'stops it':
        if (found) await this.#gluster('stop', name);
        break;
      case 'expands it':
        if (found) await this.#expand(name);
        break;
      case 'replaces one of its bricks':
        if (found) await this.#replaceBrick(found);
        break;
      case 'deletes it':
        if (found) await this.#delete(found);
        break;
      case 'deletes it and rescues its bricks into another volume':
        if (found) await this.#delete(found);
        if (this.#seen) await this.#rescue(this.#seen);
        break;
    }
  }

  /** `host:path` of those the volume had when it was last there. */
  get bricks(): readonly string[] {
    return this.#seen ? served(this.#seen) : [];
  }

  /** The volume as it is, and is remembered: it may be deleted when it is to be rescued. */
  async look(): Promise<ServedVolume | null> {
    const { pools } = await this.#hosts.state();
    const found = pools.flatMap(({ volumes }) => volumes).find(({ name }) => name === this.#volume);
    if (found) this.#seen = found;
    return found ?? null;
  }

  /** By a whole brick set, whose size gluster tells by refusing all others. */
  async #expand(name: string): Promise<void> {
    for (const size of [3, 2]) {
      const bricks = Array.from({ length: size }, (_, i) => `10.0.0.${i + 1}:${this.#ownBrick()}`);
      if (await this.#gluster('add-brick', name, ...bricks)) return;
    }
  }

  async #replaceBrick(volume: ServedVolume): Promise<void> {
    const bricks = served(volume);
    const old = bricks.find((brick) => brick.startsWith('10.0.0.2:')) ?? bricks[0] ?? '';
    const [storage] = old.split(':');
    await this.#gluster('replace-brick', volume.name, old, `${storage}:${this.#ownBrick()}`, 'commit', 'force');
  }

  #ownBrick(): string {
    return `${OWN_MOUNT}/${this.#volume}_${randomUUID()}`;
  }

  async #delete({ name, status }: ServedVolume): Promise<void> {
    if (status === 1) await this.#gluster('stop', name);
    await this.#gluster('delete', name);
  }

  /** Of what is mounted still. */
  async #rescue(volume: ServedVolume): Promise<void> {
    const state = await this.#hosts.state();
    const isThere = (brick: string) => {
      const [storage = '', path = ''] = brick.split(':');
      const host = state.hosts.find((one) => one.storage === storage);
      return host?.mounts.some(({ target }) => path.startsWith(`${target}/`)) ?? false;
    };
    const bricks = served(volume).filter(isThere);
    if (bricks.length === 0) return;
    const isWhole = bricks.length === volume.bricks.length && bricks.length % 3 === 0;
    const layout = isWhole ? ['replica', '3'] : [];
    const name = `${RESCUED_PREFIX}${volume.name}`;
    await this.#gluster('create', name, ...layout, ...bricks, 'force');
    await this.#gluster('start', name);
  }

  async #gluster(...words: readonly string[]): Promise<boolean> {
    const isDone = await runByHand(this.#hosts, this.#glusterHost, 'gluster', '--mode=script', 'volume', ...words);
    this.hasActed ||= isDone;
    return isDone;
  }
}

/** File systems for the bricks of administrators, on hosts h1..hN. */
export async function prepareOwnDisks(hosts: Shell, count: number, disk: string): Promise<void> {
  for (const host of Array.from({ length: count }, (_, i) => `h${i + 1}`)) {
    await runByHand(hosts, host, 'mkfs.xfs', disk);
    await runByHand(hosts, host, 'mkdir', '-p', OWN_MOUNT);
    await runByHand(hosts, host, ...appendFstabLine('/etc/fstab', `${disk} ${OWN_MOUNT} xfs rw 0 0`).argv);
    await runByHand(hosts, host, 'mount', '-o', 'rw', disk, OWN_MOUNT);
  }
}

/** False: it was refused, or the host did not answer. */
export async function runByHand(hosts: Shell, host: string, ...argv: readonly string[]): Promise<boolean> {
  const results = await hosts
    .run(host, [{ argv, timeoutMs: 10_000, mayFail: true }])
    .catch((error: unknown): readonly CommandResult[] => {
      if (error instanceof TransportError) return [];
      throw error;
    });
  return results[0]?.exitCode === 0;
}

/** `host:path` of its bricks, without the notes of the simulation. */
export function served({ bricks }: { readonly bricks: readonly string[] }): readonly string[] {
  return bricks.map((brick) => brick.split(' ')[0] ?? '');
}
