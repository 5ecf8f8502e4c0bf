import { DomainError } from '../../domain/errors.js';
import { manageName, type Node, storageName } from '../../domain/node.js';
import { detachPeer, type Peer } from '../../executors/commands/gluster/glusterd.js';
import { hasConnected, isConnectedToAny, isPeerOf, listPeersOf } from '../../executors/commands/gluster/peer-names.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { OperationContext } from '../engine/operation.js';
import { askInTurn } from '../hosts/cluster-hosts.js';

/** What tells a peer of the pool. */
type Member = Omit<Node, 'exact'>;

/** Takes a host out of the pool of `others`; not being in it is success. */
export async function detachFromPool(
  node: Member,
  others: readonly Node[],
  context: OperationContext,
  options?: { readonly isForced: boolean },
  beforeAsking: (host: string) => Promise<void> = async () => undefined,
): Promise<void> {
  await askMembers(node, others, context, async (host) => {
    await beforeAsking(host);
    const outcome = await detachPeer(context.hosts, host, storageName(node), options);
    return outcome === 'detached' ? outcome : null;
  });
}

/** One of a name that leads nowhere may be the node. */
function refuseUnresolved(node: Member, host: string, peers: readonly Peer[]): void {
  const unresolved = peers.find(({ isUnresolved }) => isUnresolved);
  if (!unresolved) return;
  throw new DomainError(
    'failed',
    `${host} can't tell whether ${storageName(node)} is in gluster's trusted pool: it lists ${unresolved.name}, a name that leads to no address there. Add it to /etc/hosts of ${host}`,
  );
}

export async function isInPool(node: Member, others: readonly Node[], context: OperationContext): Promise<boolean> {
  const found = await askMembers(node, others, context, async (host) => {
    const peers = await listPeersOf(context.hosts, host, [node, ...others]);
    const found = peers.find((peer) => isPeerOf(node, peer));
    if (!found) refuseUnresolved(node, host, peers);
    return found ?? null;
  });
  return found !== null;
}

/**
 * Asks one host after the other until one answers other than null. A host that was installed anew or detached knows
 * nothing of the pool: that the node is not in it (null) is only believed when all others say so, or one that is
 * connected to another of them. Otherwise DomainError.
 */
async function askMembers<T>(
  node: Member,
  others: readonly Node[],
  context: OperationContext,
  ask: (host: string) => Promise<T | null>,
): Promise<T | null> {
  // A refusal comes from one that knows.
  const isFinal = (error: unknown) => error instanceof CommandError;
  const { answer, answered, failure } = await askInTurn(others.map(manageName), context.health, ask, isFinal);
  if (answer !== null) return answer;
  const counted = others.filter(({ state }) => state !== 'failed');
  if (counted.every((other) => answered.includes(manageName(other)))) return null;
  for (const host of answered) if (await isConnected(host, others, context)) return null;
  throw new DomainError(
    'failed',
    `${answered.join(', ')} can't tell whether ${storageName(node)} is in gluster's trusted pool: no connection to another node of the cluster. Start glusterd on the others, or compare "gluster pool list" on all nodes`,
    { cause: failure },
  );
}

/**
 * A host from which others are taken into the pool of `nodes`: one that is connected to another of them, or has peers
 * at least, or is the only one. One that was installed anew would make a second pool.
 */
export async function poolMember(nodes: readonly Node[], context: OperationContext): Promise<string> {
  const online = nodes.filter(({ state }) => state === 'online').map(manageName);
  const [only] = online;
  if (only !== undefined && nodes.every((node) => node.state === 'failed' || manageName(node) === only)) return only;
  const strangers: string[] = [];
  let known: string | null = null;
  let failure: unknown = null;
  const isUp = (name: string) => context.health.isUp(name);
  for (const host of [...online.filter(isUp), ...online.filter((name) => !isUp(name))]) {
    try {
      const peers = await listPeersOf(context.hosts, host, nodes);
      if (hasConnected(peers, host, nodes)) return host;
      if (peers.some(({ name }) => name !== 'localhost')) known ??= host;
      else strangers.push(host);
    } catch (error) {
      if (!(error instanceof TransportError || error instanceof CommandError)) throw error;
      failure ??= error;
    }
  }
  if (known !== null) return known;
  if (strangers.length === 0 && failure !== null) throw failure;
  throw new DomainError(
    'failed',
    `no node of the cluster is known to be in a pool with another${strangers.length > 0 ? ` (${strangers.join(', ')} has no peers)` : ''}, so that a new one would get into a pool of its own. Start glusterd on the others, or compare "gluster pool list" on all nodes`,
    { cause: failure },
  );
}

async function isConnected(host: string, others: readonly Node[], context: OperationContext): Promise<boolean> {
  try {
    return await isConnectedToAny(context.hosts, host, others);
  } catch (error) {
    if (!(error instanceof TransportError || error instanceof CommandError)) throw error;
    return false;
  }
}
