import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import { type GlusterVolume, volumeInfo } from '../../executors/commands/gluster-volume.js';
import { listPeers } from '../../executors/commands/glusterd.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { OperationContext } from '../engine/operation.js';
import { onAnyHost, spreadOver } from '../hosts/cluster-hosts.js';

export interface SoughtVolume {
  readonly id: Id;
  readonly clusterId: Id;
  readonly name: string;
  /** Nodes of its bricks: no change of the volume happens without them, so they know. */
  readonly nodeIds: readonly Id[];
}

export interface FoundVolume extends GlusterVolume {
  /** The host that shows it so: changes are best made from there. */
  readonly seenFrom: string;
}

/**
 * The volume as a host of its cluster shows it, preferably as `isWanted`; null when there is none. A host that was
 * installed anew, detached, or cut off when the volume changed answers too, and wrongly: that there is no wanted one
 * is only believed when all hosts say so, or one that is connected to a node of the bricks. Otherwise TransportError.
 */
export async function findVolume(
  { id, clusterId, name, nodeIds }: SoughtVolume,
  context: OperationContext,
  isWanted: (volume: GlusterVolume) => boolean = () => true,
): Promise<FoundVolume | null> {
  const nodes = await context.store.read((tx) => tx.nodes.listByCluster(clusterId));
  const left = new Set(spreadOver(nodes.map(manageName), id));
  const answered: string[] = [];
  let unwanted: FoundVolume | null = null;
  let failure: unknown = null;
  while (left.size > 0) {
    let asked = '';
    let found: GlusterVolume | null;
    try {
      found = await onAnyHost([...left], context.health, (host) => {
        asked = host;
        left.delete(host);
        return volumeInfo(context.hosts, host, name);
      });
    } catch (error) {
      if (answered.length === 0) throw error;
      failure = error;
      break;
    }
    const seen = found && { ...found, seenFrom: asked };
    if (seen && isWanted(seen)) return seen;
    unwanted ??= seen;
    answered.push(asked);
  }
  // A node that was given up is not asked for its opinion.
  const counted = nodes.filter(({ state }) => state !== 'failed');
  if (counted.every((node) => answered.includes(manageName(node)))) return unwanted;
  for (const host of answered) if (await isInformed(host, nodes, counted, nodeIds, context)) return unwanted;
  throw new TransportError(
    answered[0] ?? '',
    `${answered.join(', ')} can't tell whether gluster has volume ${name}: no connection to the nodes of its bricks`,
    false,
    { cause: failure },
  );
}

/** Whether the host is in one pool with a node of the bricks, and connected to it. */
async function isInformed(
  host: string,
  nodes: readonly Node[],
  counted: readonly Node[],
  nodeIds: readonly Id[],
  context: OperationContext,
): Promise<boolean> {
  const ofBricks = counted.filter(({ id }) => nodeIds.includes(id));
  const isOfBrick = ofBricks.length === 0 || ofBricks.some((node) => manageName(node) === host);
  const others = (isOfBrick ? nodes : ofBricks).filter((node) => manageName(node) !== host);
  const names = new Set(others.flatMap((node) => [...node.storageNames, ...node.manageNames]));
  try {
    return (await listPeers(context.hosts, host)).some((peer) => peer.isConnected && names.has(peer.name));
  } catch (error) {
    if (!(error instanceof TransportError || error instanceof CommandError)) throw error;
    return false;
  }
}
