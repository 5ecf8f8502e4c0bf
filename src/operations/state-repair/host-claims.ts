import type { Node } from '../../domain/node.js';
import type { Hosts } from '../../executors/commands/host/hosts.js';
import { readHostFacts } from '../../executors/commands/node/host-facts.js';
import { readPoolView } from '../../executors/commands/node/pool-view.js';
import { inSlices } from '../../timing/turns.js';
import { underRun } from '../examination/brick-places.js';
import { deviceNames, type LogicalVolume, mountPointOfBrickOn, nameOf } from './unclaimed-name.js';

/** What one host says about some logical volumes, whichever host they lie on. */
export interface HostClaims {
  /** By mount point of a brick on one of them: gluster's brick there, and its volume. */
  readonly served: ReadonlyMap<string, { readonly volume: string; readonly brick: string }>;
  /** Mount point by device name. */
  readonly mounted: ReadonlyMap<string, string>;
  /** Those that lvm on the host shows, as `vg_ID/NAME`. */
  readonly shown: ReadonlySet<string>;
  /** Bricks of gluster's, `host:path`, that are or may be on the node of these volumes, with their volumes. */
  readonly onNode: ReadonlyMap<string, string>;
  /** What the host could not tell; null when it has told all. */
  readonly untold: string | null;
}

interface Asked {
  readonly volumes: readonly LogicalVolume[];
  /** On which they lie. */
  readonly node: Node;
  /** Of its cluster. */
  readonly nodes: readonly Node[];
}

/** Two round trips; changes nothing. Throws when the host can't be asked at all. */
export async function readHostClaims(
  hosts: Hosts,
  host: string,
  { volumes, node, nodes }: Asked,
  signal: AbortSignal,
): Promise<HostClaims> {
  const places = await readHeldPlaces(hosts, host, volumes, signal);
  const { volumes: served, failures } = await readPoolView(hosts, host, nodes, signal);
  const points = new Set(volumes.flatMap((volume) => mountPointOfBrickOn(volume) ?? []));
  const found = new Map<string, { volume: string; brick: string }>();
  const onNode = new Map<string, string>();
  await inSlices(served?.values() ?? [], ({ name, bricks }) => {
    for (const brick of bricks) {
      const colon = brick.indexOf(':');
      const path = underRun(brick.slice(colon + 1));
      if (mayBeOn(brick.slice(0, colon), node, nodes)) onNode.set(brick, name);
      // Under whichever name gluster knows its host.
      for (const point of points) if (`${path}/`.startsWith(`${point}/`)) found.set(point, { volume: name, brick });
    }
  });
  const untold = failures.find(({ part }) => part === 'volumes');
  return { ...places, served: found, onNode, untold: places.untold ?? (untold ? textOf(untold) : null) };
}

/** What lvm and the mounts of a host show of them, and nothing of gluster's: one round trip, of which little is to be read. */
export async function readHeldPlaces(
  hosts: Hosts,
  host: string,
  volumes: readonly LogicalVolume[],
  signal: AbortSignal,
): Promise<HostClaims> {
  const { mounts, logicalVolumes, failures } = await readHostFacts(hosts, host, signal);
  const devices = new Set(volumes.flatMap(deviceNames));
  const mounted = [...(mounts ?? [])].flatMap(([target, source]) =>
    devices.has(source) ? [[source, target] as const] : [],
  );
  const untold = failures.find(({ part }) => part === 'lvs' || part === 'mounts');
  return {
    served: new Map(),
    mounted: new Map(mounted),
    shown: new Set(volumes.map(nameOf).filter((name) => logicalVolumes?.has(name))),
    onNode: new Map(),
    untold: untold ? textOf(untold) : null,
  };
}

function textOf({ part, reason }: { readonly part: string; readonly reason: string }): string {
  return `${part}: ${reason}`;
}

/** Names that no node has may lead anywhere. */
function mayBeOn(host: string, node: Node, nodes: readonly Node[]): boolean {
  const hasName = ({ manageNames, storageNames }: Node) => manageNames.includes(host) || storageNames.includes(host);
  return hasName(node) || !nodes.some(hasName);
}

/** Why one must stay for what a host says; `isOwn`: it lies there. */
export function whyClaimedByHost(
  volume: LogicalVolume,
  { served, mounted, shown, untold }: HostClaims,
  { host, isOwn }: { readonly host: string; readonly isOwn: boolean },
): string | null {
  if (untold !== null) return `${host} does not tell all, and may use it: ${untold}`;
  const brick = served.get(mountPointOfBrickOn(volume) ?? '');
  if (brick) return `gluster's volume ${brick.volume} has brick ${brick.brick}`;
  const [point] = deviceNames(volume).flatMap((device) => mounted.get(device) ?? []);
  if (point !== undefined) return `it is mounted at ${point} on ${host}; if nothing uses it, umount that first`;
  return !isOwn && shown.has(nameOf(volume))
    ? `${host} has a logical volume of that name, too: it may be the same disk`
    : null;
}
