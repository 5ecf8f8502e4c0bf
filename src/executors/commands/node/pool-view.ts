import type { Node } from '../../../domain/node.js';
import { forEachVolume } from '../gluster/gluster-volume-xml.js';
import { child, childNumber, children, childText, type XmlElement } from '../gluster/gluster-xml.js';
import { type Peer, readPeers } from '../gluster/glusterd.js';
import { nameNodes } from '../gluster/peer-names.js';
import type { Hosts } from '../host/hosts.js';
import { AskedParts, looking, type PartFailure } from './asked-parts.js';

/** A volume as one member of the pool shows it, and no more of it than is compared with the store. */
export interface ViewedVolume {
  readonly name: string;
  readonly isStarted: boolean;
  /** Also where this gluster does not tell. */
  readonly mayHaveSnapshots: boolean;
  /** `host:path` each. */
  readonly bricks: readonly string[];
}

/** What one member says of its whole trusted pool. A part that could not be had is null, and `failures` has the reason. */
export interface PoolView {
  readonly volumes: ReadonlyMap<string, ViewedVolume> | null;
  readonly peers: readonly Peer[] | null;
  readonly failures: readonly PartFailure<'volumes' | 'peers'>[];
}

/**
 * One round trip, and one more where the host lists a peer by a name that is none of `nodes`; changes nothing. Throws when
 * the host can't be asked at all.
 */
export async function readPoolView(
  hosts: Hosts,
  host: string,
  nodes: readonly Node[],
  signal?: AbortSignal,
): Promise<PoolView> {
  const ask = looking(hosts.settings);
  const commands = { volumes: ask.gluster('volume', 'info', '--xml'), peers: ask.gluster('pool', 'list', '--xml') };
  const parts = await AskedParts.ask(hosts.executor, host, commands, signal);
  const volumes = await parts.read('volumes', async (result, command) => {
    const found = new Map<string, ViewedVolume>();
    const take = (element: XmlElement) => {
      const volume = viewed(element);
      found.set(volume.name, volume);
    };
    await forEachVolume(host, command, result, take, ['options']);
    return found;
  });
  const peers = await parts.read('peers', (result, command) => readPeers(host, command, result));
  const named = peers && (await nameNodes(hosts, host, peers, nodes, signal));
  return { volumes, peers: named, failures: parts.failures };
}

function viewed(volume: XmlElement): ViewedVolume {
  return {
    name: childText(volume, 'name'),
    isStarted: childNumber(volume, 'status') === 1,
    mayHaveSnapshots: child(volume, 'snapshotCount') === null || childNumber(volume, 'snapshotCount') !== 0,
    bricks: children(child(volume, 'bricks'), 'brick').map((brick) => childText(brick, 'name')),
  };
}
