import { type Answer, type Command, CommandError, type CommandResult, runOne, TransportError } from '../../executor.js';
import { failsWith } from '../../failures/failures.js';
import { gluster, program } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import { child, children, childText, childTexts, readGlusterXml, type XmlElement } from './gluster-xml.js';

/** A member of the trusted pool, as another member sees it. */
export interface Peer {
  readonly uuid: string;
  /** `localhost` for the host that was asked. */
  readonly name: string;
  /** All by which it is known; none for the host that was asked. */
  readonly names: readonly string[];
  readonly isReached: boolean;
  /** Reached, and taken for the member that it is said to be: a host that was installed anew is rejected. */
  readonly isConnected: boolean;
  /** Nobody knows what node it is: none of its names leads to an address on the host that was asked. */
  readonly isUnresolved?: boolean;
}

/** As glusterd numbers what one peer is to another: befriended. That of the asked host itself is not told. */
const IN_CLUSTER = '3';

/** A healthy host answers in well under a second; one that does not within this time is of no use either way. */
export const GLUSTERD_CHECK_TIMEOUT_MS = 10_000;

/**
 * What `systemctl status glusterd` says. A unit that is not there (it has another name, as `glusterfs-server`), or no
 * systemd at all (a container), says nothing about glusterd; a masked one is run by somebody else, or not at all.
 */
export function glusterdByUnit(status: Answer): 'running' | 'stopped' | 'unknown' {
  if (status.exitCode === 0) return 'running';
  return failsWith(status, 'service stopped') ? 'stopped' : 'unknown';
}

/**
 * `host up`: it answers, and its glusterd does not run. `away`: it can't be reached. `unclear`: it may have taken the
 * question, and has not answered.
 */
export type HostLife = 'glusterd up' | 'host up' | 'away' | 'unclear';

/** A host that can't be asked counts as down. */
export async function isGlusterdUp(hosts: Hosts, host: string, signal?: AbortSignal): Promise<boolean> {
  return (await lifeOf(hosts, host, signal)) === 'glusterd up';
}

/** Where the unit does not tell whether glusterd runs, gluster itself is asked. */
export async function lifeOf(hosts: Hosts, host: string, signal?: AbortSignal): Promise<HostLife> {
  const status = program(['systemctl', 'status', 'glusterd'], GLUSTERD_CHECK_TIMEOUT_MS, {
    mayFail: true,
    isReading: true,
    // Behind the work of a busy host it would miss its deadline, and the host be taken for dead.
    goesFirst: true,
  });
  try {
    const unit = glusterdByUnit(await runOne(hosts.executor, host, status, signal));
    if (unit !== 'unknown') return unit === 'running' ? 'glusterd up' : 'host up';
    const list: Command = {
      ...gluster(hosts.settings, ['pool', 'list'], { mayFail: true, goesFirst: true }),
      timeoutMs: GLUSTERD_CHECK_TIMEOUT_MS,
    };
    return (await runOne(hosts.executor, host, list, signal)).exitCode === 0 ? 'glusterd up' : 'host up';
  } catch (error) {
    if (error instanceof TransportError) return error.mayHaveRun ? 'unclear' : 'away';
    throw error;
  }
}

/** Takes `storageName` into the pool of `host`; a member already, or the host itself, is success. */
export async function probePeer(hosts: Hosts, host: string, storageName: string): Promise<void> {
  const { settings, executor } = hosts;
  await runOne(executor, host, gluster(settings, ['peer', 'probe', storageName]));
  if (settings.snapshotLimit > 0) {
    await runOne(
      executor,
      host,
      gluster(settings, ['snapshot', 'config', 'snap-max-hard-limit', String(settings.snapshotLimit)]),
    );
  }
}

/**
 * `absent`: this host knows of no such member. A peer that still has bricks is refused by gluster. `isForced`: also while peers are
 * down, the one to be detached among them.
 */
export async function detachPeer(
  hosts: Hosts,
  host: string,
  storageName: string,
  { isForced }: { readonly isForced: boolean } = { isForced: false },
): Promise<'detached' | 'absent'> {
  const force = isForced ? ['force'] : [];
  const command = gluster(hosts.settings, ['peer', 'detach', storageName, ...force], { mayFail: true });
  const result = await runOne(hosts.executor, host, command);
  if (result.exitCode === 0) return 'detached';
  if (!failsWith(result, 'peer absent')) throw new CommandError(host, command, result);
  return 'absent';
}

/** The whole pool, the asked host included. */
export async function listPeers(hosts: Hosts, host: string): Promise<readonly Peer[]> {
  const command = gluster(hosts.settings, ['pool', 'list', '--xml'], { mayFail: true });
  return readPeers(host, command, await runOne(hosts.executor, host, command));
}

/** Of `pool list --xml` or `peer status --xml`; the latter leaves the asked host out. */
export async function readPeers(host: string, command: Command, result: CommandResult): Promise<readonly Peer[]> {
  return parsePeers(await readGlusterXml(host, command, result));
}

function parsePeers(output: XmlElement): readonly Peer[] {
  return children(child(output, 'peerStatus'), 'peer').map((peer) => ({
    uuid: childText(peer, 'uuid'),
    name: childText(peer, 'hostname'),
    names: childTexts(child(peer, 'hostnames'), 'hostname'),
    isReached: childText(peer, 'connected') === '1',
    isConnected: childText(peer, 'connected') === '1' && ['', IN_CLUSTER].includes(childText(peer, 'state')),
  }));
}
