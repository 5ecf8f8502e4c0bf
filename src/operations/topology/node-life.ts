import { DomainError } from '../../domain/errors.js';
import { manageName, type Node } from '../../domain/node.js';
import { lifeOf, type Peer } from '../../executors/commands/gluster/glusterd.js';
import { isPeerOf, listPeersOf } from '../../executors/commands/gluster/peer-names.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { OperationContext } from '../engine/operation.js';

/**
 * Refuses a node that lives: the pool of the others is connected to it, or its host answers. `mayHostAnswer`: a person
 * knows that whatever answers under its name is not the node any more, as long as no glusterd runs there.
 */
export async function refuseLiving(node: Node, mayHostAnswer: boolean, context: OperationContext): Promise<void> {
  await refuseConnected(node, context);
  let life = await lifeOf(context.hosts, manageName(node));
  // Over a link that was there before the host went, nobody hears at once that it is gone.
  if (life === 'unclear') life = await lifeOf(context.hosts, manageName(node));
  if (life === 'glusterd up') throw notLost(node, 'its glusterd runs');
  if (life === 'away' || mayHostAnswer) return;
  throw new DomainError(
    'conflict',
    `node ${node.id} may not be lost: ${manageName(node)} ${life === 'unclear' ? 'takes questions, and does not answer them' : 'answers, though its glusterd does not run'}. ` +
      `Start glusterd, if it is still that node. If it is known that what answers never becomes it again, say so: heketi-cli node lost ` +
      `--host-answers ${node.id}`,
  );
}

/**
 * The same by what the other nodes of the cluster see, without a question to the node itself. TransportError when none
 * of them can be asked.
 */
export async function refuseConnected(node: Node, context: OperationContext): Promise<void> {
  const seenBy = (await poolViews(node, await neighboursOf(node, context), context)).find(({ peers }) =>
    peers.some((peer) => peer.isReached && isPeerOf(node, peer)),
  );
  if (!seenBy) return;
  const justGone = 'If it has just gone, ask again in a minute: gluster takes a while to see that';
  throw notLost(node, `gluster on ${seenBy.host} is connected to it`, `. ${justGone}`);
}

/** The other nodes of its cluster; those that were given up only where there are no others. */
export async function neighboursOf(node: Node, { store }: OperationContext): Promise<readonly Node[]> {
  const nodes = (await store.read((tx) => tx.nodes.listByCluster(node.clusterId))).filter(({ id }) => id !== node.id);
  const counted = nodes.filter(({ state }) => state !== 'failed');
  return counted.length > 0 ? counted : nodes;
}

/** The pool as one of its hosts sees it. */
interface PoolView {
  readonly host: string;
  readonly peers: readonly Peer[];
}

/**
 * As its neighbours see the pool that a node is in, of all that can be asked; TransportError when there are neighbours, and
 * none can.
 */
export async function poolViews(
  node: Node,
  nodes: readonly Node[],
  context: OperationContext,
): Promise<readonly PoolView[]> {
  const known = [node, ...nodes];
  const asked = await Promise.allSettled(
    nodes.map(manageName).map(async (host) => ({ host, peers: await listPeersOf(context.hosts, host, known) })),
  );
  const views = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failures = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  for (const failure of failures)
    if (!(failure instanceof TransportError || failure instanceof CommandError)) throw failure;
  const [first] = failures;
  if (views.length > 0 || !first) return views;
  const hosts = nodes.map(manageName).join(', ');
  throw new TransportError('', `none of ${hosts} can tell who is in gluster's pool`, false, { cause: first });
}

function notLost(node: Node, reason: string, hint = ''): DomainError {
  return new DomainError(
    'conflict',
    `node ${node.id} (${manageName(node)}) is not lost: ${reason}. Take a node that lives out of use with heketi-cli node ` +
      `disable ${node.id} and heketi-cli node remove ${node.id}${hint}`,
  );
}
