import type { SimulatedHosts } from '../../../src/executors/mock/simulated-hosts.js';
import type { PoolState } from '../../../src/executors/mock/state.js';
import { HOSTS } from './scenario.js';

/** What somebody does to a volume by hand while the server works on it. */
export const HANDS = [
  'stops it',
  'expands it',
  'replaces one of its bricks',
  'deletes it',
  'deletes it and rescues its bricks into another volume',
] as const;
export type Hand = (typeof HANDS)[number];

const RESCUED = 'rescued';
/** A file system of the administrator's own on each host, on a disk that the server does not know. */
export const OWN_DISK = '/dev/sdd';
export const OWN_MOUNT = '/data';

type ServedVolume = PoolState['volumes'][number];

/** A person with a shell on all hosts. */
export class Administrator {
  /** Whether the hand found something to change. */
  hasActed = false;
  readonly #hosts: SimulatedHosts;
  readonly #volume: string;
  /** The volume as it was last seen. */
  #seen: ServedVolume | null = null;

  constructor(hosts: SimulatedHosts, volume: string) {
    this.#hosts = hosts;
    this.#volume = volume;
  }

  async prepare(): Promise<void> {
    for (let i = 1; i <= HOSTS; i++) {
      await this.#run(`h${i}`, 'mkfs.xfs', OWN_DISK);
      await this.#run(`h${i}`, 'mkdir', '-p', OWN_MOUNT);
      await this.#run(`h${i}`, 'mount', '-o', 'rw', OWN_DISK, OWN_MOUNT);
    }
    this.#look();
  }

  async act(hand: Hand): Promise<void> {
    const found = this.#look();
    const name = this.#volume;
    switch (hand) {
      case 'stops it':
        if (found) await this.#gluster('stop', name);
        break;
      case 'expands it':
        if (found) {
          const bricks = Array.from({ length: HOSTS }, (_, i) => `10.0.0.${i + 1}:${OWN_MOUNT}/brick`);
          await this.#gluster('add-brick', name, ...bricks);
        }
        break;
      case 'replaces one of its bricks':
        if (found) {
          const old = served(found).find((brick) => brick.startsWith('10.0.0.2:')) ?? '';
          await this.#gluster('replace-brick', name, old, `10.0.0.2:${OWN_MOUNT}/brick`, 'commit', 'force');
        }
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

  #look(): ServedVolume | null {
    const found = this.#hosts
      .state()
      .pools.flatMap(({ volumes }) => volumes)
      .find(({ name }) => name === this.#volume);
    if (found) this.#seen = found;
    return found ?? null;
  }

  async #delete({ name, status }: ServedVolume): Promise<void> {
    if (status === 1) await this.#gluster('stop', name);
    await this.#gluster('delete', name);
  }

  /** Of what is mounted still. */
  async #rescue(volume: ServedVolume): Promise<void> {
    const state = this.#hosts.state();
    const isThere = (brick: string) => {
      const [storage = '', path = ''] = brick.split(':');
      const host = state.hosts.find((one) => one.storage === storage);
      return host?.mounts.some(({ target }) => path.startsWith(`${target}/`)) ?? false;
    };
    const bricks = served(volume).filter(isThere);
    if (bricks.length === 0) return;
    const layout = bricks.length === volume.bricks.length ? ['replica', '3'] : [];
    await this.#gluster('create', RESCUED, ...layout, ...bricks, 'force');
    await this.#gluster('start', RESCUED);
  }

  async #gluster(...words: readonly string[]): Promise<void> {
    const isDone = await this.#run('h1', 'gluster', '--mode=script', 'volume', ...words);
    this.hasActed ||= isDone;
  }

  async #run(host: string, ...argv: readonly string[]): Promise<boolean> {
    const [result] = await this.#hosts.run(host, [{ argv, timeoutMs: 10_000, mayFail: true }]);
    return result?.exitCode === 0;
  }
}

/** `host:path` of its bricks, without the notes of the simulation. */
export function served({ bricks }: { readonly bricks: readonly string[] }): readonly string[] {
  return bricks.map((brick) => brick.split(' ')[0] ?? '');
}
