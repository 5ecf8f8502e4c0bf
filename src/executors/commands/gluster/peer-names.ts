import { isIP } from 'node:net';
import { manageName, type Node } from '../../../domain/node.js';
import { runAll } from '../../executor.js';
import { program, SHORT_TIMEOUT_MS } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import { listPeers, type Peer } from './glusterd.js';

/** What a node is called in the database. */
export type Named = Pick<Node, 'storageNames' | 'manageNames'>;

/** gluster may list a peer by another of its names than the one that this server uses. */
export function isPeerOf({ storageNames, manageNames }: Named, { name, names }: Peer): boolean {
  return [name, ...names].some((known) => storageNames.includes(known) || manageNames.includes(known));
}

/** The whole pool as `host` lists it, the host included; see `nameNodes`. */
export async function listPeersOf(hosts: Hosts, host: string, nodes: readonly Node[]): Promise<readonly Peer[]> {
  return nameNodes(hosts, host, await listPeers(hosts, host), nodes);
}

/** Whether one of these nodes, other than itself, is a peer that `host` is connected to. */
export async function isConnectedToAny(hosts: Hosts, host: string, nodes: readonly Node[]): Promise<boolean> {
  return hasConnected(await listPeersOf(hosts, host, othersThan(host, nodes)), host, nodes);
}

/** Whether one of these nodes, other than `host` itself, is among the peers that `host` is connected to. */
export function hasConnected(peers: readonly Peer[], host: string, nodes: readonly Node[]): boolean {
  const others = othersThan(host, nodes);
  return peers.some((peer) => peer.isConnected && others.some((node) => isPeerOf(node, peer)));
}

function othersThan(host: string, nodes: readonly Node[]): readonly Node[] {
  return nodes.filter((node) => manageName(node) !== host);
}

/**
 * Adds a node's storage names to those of the peer that it is. The host from which a pool was made was never probed: the
 * others list it by what their name service calls its address, which may be in no record. glusterd itself compares
 * addresses, and so does this where a node fits no peer, on the host that has listed them. Asks nothing otherwise.
 */
export async function nameNodes(
  hosts: Hosts,
  host: string,
  peers: readonly Peer[],
  nodes: readonly Node[],
  signal?: AbortSignal,
): Promise<readonly Peer[]> {
  const listed = new Set(peers.flatMap(namesOf));
  const recorded = new Set(nodes.flatMap(({ storageNames, manageNames }) => [...storageNames, ...manageNames]));
  const missing = nodes.filter(
    (node) =>
      manageName(node) !== host && ![...node.storageNames, ...node.manageNames].some((name) => listed.has(name)),
  );
  const strangers = peers.filter(
    (peer) => peer.name !== 'localhost' && !namesOf(peer).some((name) => recorded.has(name)),
  );
  if (missing.length === 0 || strangers.length === 0) return peers;
  const asked = [...strangers.flatMap(namesOf), ...missing.flatMap(({ storageNames }) => storageNames)];
  const addresses = await addressesOf(hosts, host, [...new Set(asked)], signal);
  const reach = (names: readonly string[]) => new Set(names.flatMap((name) => addresses.get(name) ?? []));
  return peers.map((peer) => {
    if (!strangers.includes(peer)) return peer;
    const own = reach(namesOf(peer));
    const same = missing.filter(({ storageNames }) => [...reach(storageNames)].some((address) => own.has(address)));
    const names = [...peer.names, ...same.flatMap(({ storageNames }) => storageNames)];
    return { ...peer, names, isUnresolved: own.size === 0 };
  });
}

function namesOf({ name, names }: Peer): readonly string[] {
  return [name, ...names];
}

const LOOPBACK = /^(?:127\.|::1$)/;

/** What names lead to on a host; none for those that lead nowhere, or to the host itself. */
async function addressesOf(
  hosts: Hosts,
  host: string,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map(names.filter((name) => isIP(name) > 0).map((name) => [name, [name]]));
  const unknown = names.filter((name) => !found.has(name));
  if (unknown.length === 0) return found;
  const batch = unknown.map((name) =>
    program(['getent', 'ahosts', name], SHORT_TIMEOUT_MS, { mayFail: true, isReading: true }),
  );
  const answers = await runAll(hosts.executor, host, batch, signal);
  for (const [i, name] of unknown.entries()) {
    const answer = answers[i];
    if (answer?.exitCode === 0) found.set(name, parseAddresses(answer.stdout));
  }
  return found;
}

/** Of `getent ahosts NAME`: an address and a kind of socket in each line, each address several times. */
export function parseAddresses(text: string): string[] {
  const first = text.split('\n').map((line) => line.slice(0, line.search(/\s|$/)));
  return [...new Set(first)].filter((address) => isIP(address) > 0 && !LOOPBACK.test(address));
}
