import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import { type GlusterVolume, volumeInfo } from '../../executors/commands/gluster/gluster-volume.js';
import { isConnectedToAny } from '../../executors/commands/gluster/peer-names.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { OperationContext } from '../engine/operation.js';
import type { SoughtVolume } from '../engine/sought-volume.js';
import { askInTurn, spreadOver } from '../hosts/cluster-hosts.js';

export interface FoundVolume extends GlusterVolume {
  /** The host that shows it so: changes are best made from there. */
  readonly seenFrom: string;
}

/** The volume as a host of its cluster shows it, preferably as `isWanted`; null when there is none, as `askWhoKnows` tells. */
export async function findVolume(
  sought: SoughtVolume,
  context: OperationContext,
  isWanted: (volume: GlusterVolume) => boolean = () => true,
): Promise<FoundVolume | null> {
  let unwanted: FoundVolume | null = null;
  const wanted = await askWhoKnows(sought, context, async (host) => {
    const found = await volumeInfo(context.hosts, host, sought.name);
    const seen = found && { ...found, seenFrom: host };
    if (!seen || isWanted(seen)) return seen;
    unwanted ??= seen;
    return null;
  });
  return wanted ?? unwanted;
}

/**
 * Asks the hosts of a volume's cluster about something of gluster's that belongs to it, until one answers other than
 * null. A host that was installed anew, detached, or cut off when the volume changed answers too, and wrongly: that
 * there is nothing (null) is only believed when all hosts say so, or one that is connected to a node of the bricks.
 * Otherwise TransportError.
 */
export async function askWhoKnows<T>(
  { id, clusterId, name, nodeIds }: SoughtVolume,
  context: OperationContext,
  ask: (host: string) => Promise<T | null>,
): Promise<T | null> {
  const nodes = await context.store.read((tx) => tx.nodes.listByCluster(clusterId));
  // A node that was given up is not asked for its opinion, unless there is no other.
  const counted = nodes.filter(({ state }) => state !== 'failed');
  const asked = counted.length > 0 ? counted : nodes;
  const { answer, answered, failure } = await askInTurn(spreadOver(asked.map(manageName), id), context.health, ask);
  if (answer !== null) return answer;
  if (counted.every((node) => answered.includes(manageName(node)))) return null;
  for (const host of answered) if (await isInformed(host, nodes, counted, nodeIds, context)) return null;
  throw new TransportError(
    answered[0] ?? '',
    `${answered.join(', ')} can't tell what gluster has of volume ${name}: no connection to the nodes of its bricks`,
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
  try {
    return await isConnectedToAny(context.hosts, host, isOfBrick ? nodes : ofBricks);
  } catch (error) {
    if (!(error instanceof TransportError || error instanceof CommandError)) throw error;
    return false;
  }
}
