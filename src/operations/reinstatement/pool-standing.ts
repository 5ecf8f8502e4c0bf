import { DomainError } from '../../domain/errors.js';
import { manageName, type Node, storageName } from '../../domain/node.js';
import type { GlusterdIdentity } from '../../executors/commands/gluster/glusterd-identity.js';
import { isPeerOf, listPeersOf } from '../../executors/commands/gluster/peer-names.js';
import type { OperationContext } from '../engine/operation.js';
import { poolMember } from '../topology/pool-membership.js';

/** What gluster's trusted pool knows of a node. */
export interface Standing {
  /** A member that can tell. */
  readonly member: Node;
  readonly memberUuid: string;
  /** Under which the pool knows the node. */
  readonly uuid: string;
  /** The pool takes the machine for the member that it was. */
  readonly isMember: boolean;
}

/** Refuses a node that the pool does not know: then there is nothing to go back to. */
export async function standingOf(node: Node, others: readonly Node[], context: OperationContext): Promise<Standing> {
  const host = await poolMember(others, context);
  const member = others.find((other) => manageName(other) === host);
  const peers = await listPeersOf(context.hosts, host, [node, ...others]);
  const peer = peers.find((one) => isPeerOf(node, one));
  const own = peers.find(({ name }) => name === 'localhost');
  if (!member || !peer || !own)
    throw new DomainError(
      'failed',
      `gluster's trusted pool, as ${host} shows it, does not know ${storageName(node)} any more, so that its bricks can't be given back; see "gluster pool list" there`,
    );
  return { member, memberUuid: own.uuid, uuid: peer.uuid, isMember: peer.isConnected };
}

/** Refuses a machine that is neither the one that the pool knows nor a fresh one. */
export function refuseStranger(node: Node, { member, uuid }: Standing, found: GlusterdIdentity): void {
  if (found.uuid === uuid || (found.peers === 0 && found.volumes === 0)) return;
  throw new DomainError(
    'failed',
    `glusterd on ${manageName(node)} has UUID ${found.uuid ?? '(none)'}, the pool knows it as ${uuid}, and it has ${found.peers} peers and ${found.volumes} volumes of its own: it is no machine that was installed anew. ` +
      `If nothing of that is needed, on ${manageName(node)}: systemctl stop glusterd; rm -rf /var/lib/glusterd/peers/* /var/lib/glusterd/vols/*; then send the request again. ` +
      byHand(uuid, member),
  );
}

/** What a person types where this server can't do it. */
export function byHand(uuid: string, member: Node): string {
  return (
    `By hand: stop glusterd there, put UUID=${uuid} into /var/lib/glusterd/glusterd.info, start it, ` +
    `gluster peer probe ${storageName(member)}, and start it again`
  );
}
