import type { SimulatedBrick, SimulatedHost } from './simulated-host.js';

/** Comparable: two equal states mean equal hosts. Random UUIDs are left out. */
export interface HostsState {
  readonly hosts: readonly HostState[];
  readonly pools: readonly PoolState[];
}

export interface HostState {
  readonly manage: string;
  readonly storage: string;
  readonly isUp: boolean;
  readonly devices: readonly { readonly path: string; readonly contents: string }[];
  readonly groups: readonly GroupState[];
  readonly mounts: readonly { readonly source: string; readonly target: string; readonly options: string }[];
  /** Below the roots that bricks use. */
  readonly directories: readonly string[];
  readonly fstab: readonly string[];
}

export interface GroupState {
  readonly name: string;
  readonly extents: number;
  readonly usedExtents: number;
  readonly volumes: readonly {
    readonly name: string;
    readonly kind: string;
    readonly sizeKib: number;
    readonly pool: string;
    readonly mkfs: string;
    /** Directories of its file system, as `path mode group`. */
    readonly directories: readonly string[];
  }[];
}

export interface PoolState {
  readonly hosts: readonly string[];
  readonly volumes: readonly {
    readonly name: string;
    readonly type: string;
    readonly status: number;
    readonly bricks: readonly string[];
    readonly options: readonly string[];
    readonly snapshots: number;
    readonly blocks: readonly { readonly name: string; readonly sizeGib: number; readonly hosts: readonly string[] }[];
  }[];
  readonly snapshots: readonly string[];
}

export function stateOf(hosts: ReadonlySet<SimulatedHost>): HostsState {
  const sorted = [...hosts].sort((a, b) => order(hostKey(a), hostKey(b)));
  const pools = [...new Set(sorted.map((host) => host.pool))];
  return {
    hosts: sorted.map(hostState),
    pools: pools.map((pool) => ({
      hosts: [...pool.hosts].map(hostKey).sort(),
      volumes: [...pool.volumes.values()]
        .sort((a, b) => order(a.name, b.name))
        .map((volume) => ({
          name: volume.name,
          type: volume.type,
          status: volume.status,
          bricks: volume.bricks.map((brick) => `${brick.host}:${brick.path}${brickNotes(brick)}`),
          options: volume.options.map(([name, value]) => `${name} ${value}`).sort(),
          snapshots: volume.snapshots.size,
          blocks: [...volume.blocks].map(([name, { sizeGib, hosts }]) => ({ name, sizeGib, hosts })),
        })),
      snapshots: [...pool.snapshots.keys()].sort(),
    })),
  };
}

function brickNotes({ isArbiter, isDown, isOnUnmountedDirectory }: SimulatedBrick): string {
  return [
    ...(isArbiter ? [' (arbiter)'] : []),
    ...(isDown ? [' (down)'] : []),
    ...(isOnUnmountedDirectory ? [' (on an unmounted directory)'] : []),
  ].join('');
}

function hostKey(host: SimulatedHost): string {
  return host.manage || host.storage;
}

function hostState(host: SimulatedHost): HostState {
  return {
    manage: host.manage,
    storage: host.storage,
    isUp: host.isUp,
    devices: [...new Set(host.disks.values())]
      .map(({ path, pv, fileSystem }) => ({
        path,
        contents: pv ? `PV of ${pv.group?.name ?? 'no group'}` : (fileSystem?.type ?? 'empty'),
      }))
      .sort((a, b) => order(a.path, b.path)),
    groups: [...host.groups.values()]
      .map((group) => ({
        name: group.name,
        extents: group.extents,
        usedExtents: group.usedExtents,
        volumes: [...group.volumes.values()]
          .map((volume) => ({
            name: volume.name,
            kind: volume.isActive ? volume.kind : `inactive ${volume.kind}`,
            sizeKib: volume.sizeKib,
            pool: volume.pool?.name ?? '',
            mkfs: volume.fileSystem ? `${volume.fileSystem.type} ${volume.fileSystem.mkfsArguments}` : '',
            directories: [...(volume.fileSystem?.directories ?? [])]
              .filter(([path]) => path !== '')
              .map(([path, dir]) => `${path} ${dir.mode} ${dir.group}`),
          }))
          .sort((a, b) => order(a.name, b.name)),
      }))
      .sort((a, b) => order(a.name, b.name)),
    mounts: [...host.mounts.values()]
      .map(({ source, target, options }) => ({ source, target, options }))
      .sort((a, b) => order(a.target, b.target)),
    directories: [...host.directoriesBelow('/run/gluster'), ...host.directoriesBelow('/var/lib/heketi/mounts')],
    fstab: [...host.files.values()].flatMap((file) => file.lines()).sort(),
  };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
