import { addGroup } from './lvm/lvm-groups.js';
import type { HealPace } from './world/heal-state.js';
import { Pool, SimulatedHost } from './world/simulated-host.js';
import type { Disk, VolumeGroup } from './world/storage.js';
import type { World } from './world/world.js';

const KIB_PER_GIB = 1024 * 1024;
const EXTENT_KIB = 4096;
const PV_UUID_LINK = '/dev/disk/by-id/lvm-pv-uuid-';

/** All simulated hosts by their names, and the pools they are in. */
export class SimulatedWorld implements World {
  readonly isLenient: boolean;
  readonly deviceSizeKib: number;
  healPace: HealPace | null = null;
  readonly hosts = new Set<SimulatedHost>();
  readonly #byManageName = new Map<string, SimulatedHost>();
  readonly #byStorageName = new Map<string, SimulatedHost>();

  constructor(isLenient: boolean, deviceSizeGib: number) {
    this.isLenient = isLenient;
    this.deviceSizeKib = deviceSizeGib * KIB_PER_GIB;
  }

  hostByManageName(name: string): SimulatedHost | null {
    return this.#byManageName.get(name) ?? (this.isLenient ? this.addHost(name, '') : null);
  }

  hostByStorageName(name: string): SimulatedHost | null {
    return this.#byStorageName.get(name) ?? (this.isLenient ? this.addHost('', name) : null);
  }

  hostByAnyName(name: string): SimulatedHost | null {
    const hosts = [...this.hosts];
    return this.#byStorageName.get(name) ?? hosts.find((one) => one.manage === name || one.dnsName === name) ?? null;
  }

  addHost(manage: string, storage: string): SimulatedHost {
    const pool = new Pool();
    const host = new SimulatedHost(manage, storage, pool);
    pool.hosts.add(host);
    this.hosts.add(host);
    if (manage) this.#byManageName.set(manage, host);
    if (storage) this.#byStorageName.set(storage, host);
    return host;
  }

  /** Name services call its address so. */
  nameHost(host: SimulatedHost, dnsName: string): void {
    host.dnsName = dnsName;
    this.resolve(host, dnsName, 'storage');
  }

  /** From now on a further name leads to the host, for commands or for gluster; a name of another one moves. */
  resolve(host: SimulatedHost, name: string, by: 'manage' | 'storage'): void {
    (by === 'manage' ? this.#byManageName : this.#byStorageName).set(name, host);
  }

  /** Says that both names mean one host; two hosts that were made on demand become one. */
  linkNames(manage: string, storage: string): void {
    const managed = this.#byManageName.get(manage);
    const stored = this.#byStorageName.get(storage);
    if (!managed && !stored) {
      this.addHost(manage, storage);
      return;
    }
    if (managed && stored && managed !== stored && !stored.manage) this.#merge(managed, stored);
    const host = managed ?? (stored as SimulatedHost);
    host.manage = manage;
    host.storage = storage;
    this.#byManageName.set(manage, host);
    this.#byStorageName.set(storage, host);
  }

  /** `made` is known to gluster only: its bricks and its place in a pool pass to `host`. */
  #merge(host: SimulatedHost, made: SimulatedHost): void {
    const pool = made.pool;
    for (const volume of pool.volumes.values()) {
      for (const brick of volume.bricks) {
        if (brick.node !== made) continue;
        brick.node = host;
        host.addBrick(brick.path, volume);
      }
    }
    for (const snapshot of pool.snapshots.values()) {
      for (const brick of snapshot.bricks) if (brick.node === made) brick.node = host;
    }
    if (host.pool.hosts.size === 1 && (pool.hosts.size > 1 || pool.volumes.size > 0)) this.#move(host, pool);
    pool.hosts.delete(made);
    this.hosts.delete(made);
  }

  joinPool(host: SimulatedHost, of: SimulatedHost): void {
    this.#move(host, of.pool);
  }

  leavePool(host: SimulatedHost): void {
    host.pool.hosts.delete(host);
    host.pool = new Pool();
    host.pool.hosts.add(host);
    host.wasProbed = false;
  }

  #move(host: SimulatedHost, to: Pool): void {
    const from = host.pool;
    if (from === to) return;
    from.hosts.delete(host);
    // Only lenient hosts join with volumes of their own; they keep them where no other member is left to.
    if (from.hosts.size === 0) {
      for (const [name, volume] of from.volumes) if (!to.volumes.has(name)) to.volumes.set(name, volume);
      for (const [name, snapshot] of from.snapshots) if (!to.snapshots.has(name)) to.snapshots.set(name, snapshot);
    }
    host.pool = to;
    to.hosts.add(host);
  }

  disk(host: SimulatedHost, name: string): Disk | null {
    const found =
      host.findDisk(name) ?? (name.startsWith(PV_UUID_LINK) ? byPvUuid(host, name.slice(PV_UUID_LINK.length)) : null);
    return found ?? (this.isLenient ? host.addDisk(name, this.deviceSizeKib) : null);
  }

  group(host: SimulatedHost, name: string): VolumeGroup | null {
    const found = host.groups.get(name);
    if (found) return found;
    return this.isLenient ? addGroup(host, name, EXTENT_KIB, Math.floor(this.deviceSizeKib / EXTENT_KIB)) : null;
  }
}

function byPvUuid(host: SimulatedHost, uuid: string): Disk | null {
  for (const disk of host.disks.values()) if (disk.pv && disk.pv.uuid === uuid) return disk;
  return null;
}
