import type { Id } from '../../domain/ids.js';
import { manageName, type Node, storageName, type Tags } from '../../domain/node.js';
import { directoryContents } from '../../executors/commands/brick/brick-contents.js';
import {
  type BlockVolumeInfo,
  blockVolumeInfo,
  listBlockVolumes,
} from '../../executors/commands/gluster/gluster-block.js';
import type { GlusterVolume } from '../../executors/commands/gluster/gluster-volume.js';
import type { Hosts } from '../../executors/commands/host/hosts.js';
import { LvmReportError } from '../../executors/commands/lvm/lvm-report.js';
import { type PoolMember, readPoolMember } from '../../executors/commands/node/pool-member.js';
import { CommandError, TransportError } from '../../executors/executor.js';

/** A cluster that is to be looked for: of a topology file, with ids that are new, or of a database. */
export interface SoughtCluster {
  readonly id: Id;
  readonly allowsBlock: boolean;
  readonly allowsFile: boolean;
  readonly nodes: readonly SoughtNode[];
}

export interface SoughtNode {
  readonly node: Node;
  readonly devices: readonly { readonly name: string; readonly tags: Tags }[];
}

/** What the hosts of one cluster hold. */
export interface FoundPool {
  readonly members: ReadonlyMap<Id, PoolMember>;
  /** Hosts that could not be read, wholly or in part: nothing is known of what they hold. */
  readonly unread: readonly { readonly host: string; readonly reason: string }[];
  /** Of every volume on which gluster-block has ever worked. */
  readonly blocks: ReadonlyMap<string, FoundBlocks>;
}

export interface FoundBlocks {
  readonly infos: readonly BlockVolumeInfo[];
  /** Why some, or all, could not be read; null when all were. */
  readonly failure: string | null;
}

/** Reads all hosts at the same time, and changes nothing on them. */
export async function findPool(hosts: Hosts, { nodes }: SoughtCluster): Promise<FoundPool> {
  const members = new Map<Id, PoolMember>();
  const unread: { host: string; reason: string }[] = [];
  const records = nodes.map(({ node }) => node);
  await Promise.all(
    nodes.map(async ({ node }) => {
      try {
        members.set(node.id, await readPoolMember(hosts, node, records));
      } catch (error) {
        if (!isOfHost(error)) throw error;
        unread.push({ host: manageName(node), reason: error.message });
      }
    }),
  );
  return { members, unread, blocks: await findBlocks(hosts, nodes, members) };
}

export function volumesOf({ members }: Pick<FoundPool, 'members'>): readonly GlusterVolume[] {
  const volumes = new Map(
    [...members.values()].flatMap((member) => member.volumes.map((volume) => [volume.id, volume])),
  );
  return [...volumes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const META = 'block-meta';

/** gluster-block makes its folder on whatever volume it is asked about: only those that have it are. */
async function findBlocks(
  hosts: Hosts,
  nodes: readonly SoughtNode[],
  members: ReadonlyMap<Id, PoolMember>,
): Promise<ReadonlyMap<string, FoundBlocks>> {
  const found = new Map<string, FoundBlocks>();
  for (const volume of volumesOf({ members })) {
    for (const { node } of nodes) {
      const prefix = `${storageName(node)}:`;
      const brick =
        members.has(node.id) && volume.bricks.find(({ name, isArbiter }) => name.startsWith(prefix) && !isArbiter);
      if (!brick) continue;
      const blocks = await blocksOf(hosts, manageName(node), volume.name, brick.name.slice(prefix.length));
      if (blocks) found.set(volume.name, blocks);
      break;
    }
  }
  return found;
}

async function blocksOf(hosts: Hosts, host: string, volume: string, brick: string): Promise<FoundBlocks | null> {
  const infos: BlockVolumeInfo[] = [];
  try {
    const [names = []] = await directoryContents(hosts, host, [brick]);
    if (!names.includes(META)) return null;
    for (const name of await listBlockVolumes(hosts, host, volume)) {
      const info = await blockVolumeInfo(hosts, host, { hostingVolume: volume, name });
      if (info) infos.push(info);
    }
    return { infos, failure: null };
  } catch (error) {
    if (!isOfHost(error)) throw error;
    return { infos, failure: error.message };
  }
}

function isOfHost(error: unknown): error is Error {
  return error instanceof CommandError || error instanceof TransportError || error instanceof LvmReportError;
}
