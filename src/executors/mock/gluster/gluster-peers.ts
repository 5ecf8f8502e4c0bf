import type { CommandResult } from '../../executor.js';
import { fail, succeed } from '../world/answers.js';
import type { SimulatedHost } from '../world/simulated-host.js';
import type { World } from '../world/world.js';
import { envelope, escapeXml, type GlusterCall, glusterFailure, glusterSuccess } from './gluster-answers.js';

export function peer(world: World, host: SimulatedHost, call: GlusterCall): CommandResult {
  const [, verb = '', name = ''] = call.words;
  if (verb === 'probe') return probe(world, host, call, name);
  if (verb === 'detach') return detach(world, host, call, name);
  if (verb !== 'status') return fail(1, `unrecognized word: ${verb} (position 1)`);
  if (call.isXml) return succeed(peersXml(host, false));
  const others = othersOf(host);
  const lines = others.map(
    (other) =>
      `\nHostname: ${listedName(other)}\nUuid: ${other.uuid}\nState: ${standing(host, other).text} (${connection(other)})\n`,
  );
  return succeed(`Number of Peers: ${others.length}\n${lines.join('')}`);
}

function probe(world: World, host: SimulatedHost, call: GlusterCall, name: string): CommandResult {
  const say = (text: string, errno = 0) =>
    glusterSuccess(call, `peer probe: ${text}`, `  <output>${escapeXml(text)}</output>\n`, errno);
  const refuse = (reason: string, errno: number) => glusterFailure(call, 'peer probe: failed: ', reason, errno);
  const target = world.hostByStorageName(name);
  if (target === host || name === 'localhost') return say('Probe on localhost not needed', 1);
  if (!target?.isUp || !target.isGlusterdUp)
    return refuse('Probe returned with Transport endpoint is not connected', 107);
  if (othersOf(host).includes(target)) {
    if (name !== target.peerName) target.otherNames.add(name);
    target.wasProbed = true;
    return say(`Host ${name} port 24007 already in peer list`, 2);
  }
  if (host.formerPool !== null && host.formerPool === target.pool && host.ownUuid === host.uuid) {
    host.isAccepted = true;
    return say('success');
  }
  if (!world.isLenient && (target.pool.hosts.size > 1 || target.pool.volumes.size > 0)) {
    return refuse(`${name} is either already part of another cluster or having volumes configured`, 3);
  }
  world.joinPool(target, host);
  target.wasProbed = true;
  return say('success');
}

function detach(world: World, host: SimulatedHost, call: GlusterCall, name: string): CommandResult {
  const refuse = (reason: string, errno: number, exitCode = 1) =>
    glusterFailure(call, 'peer detach: failed: ', reason, errno, exitCode);
  const target = world.hostByStorageName(name);
  if (target === host) return refuse(`${name} is localhost`, 1);
  if (!target || !othersOf(host).includes(target)) return refuse(`${name} is not part of cluster`, 30800);
  if (!world.isLenient) {
    if (target.brickPaths.size > 0) {
      return refuse(
        `Peer ${name} hosts one or more bricks. If the peer is in not recoverable state then use either replace-brick or remove-brick command with force to remove all bricks from the peer and attempt the peer detach again.`,
        30800,
        255,
      );
    }
    const isForced = call.words.includes('force');
    if (!isForced && [...host.pool.hosts].some((other) => connection(other) !== 'Connected')) {
      return refuse("One of the peers is probably down. Check with 'peer status'", 30800);
    }
  }
  if (target.formerPool === null) world.leavePool(target);
  else leaveFormerPool(target);
  return glusterSuccess(call, 'peer detach: success');
}

export function poolList(_world: World, host: SimulatedHost, call: GlusterCall): CommandResult {
  if (call.words[1] !== 'list') return fail(1, `unrecognized word: ${call.words[1] ?? ''} (position 1)`);
  if (call.isXml) return succeed(peersXml(host, true));
  const others = othersOf(host);
  const lines = [...others, host].map(
    (one) =>
      `${one === host ? one.ownUuid : one.uuid}\t${one === host ? 'localhost' : listedName(one)}\t${connection(one)} \n`,
  );
  return succeed(`UUID\t\t\t\t\tHostname \tState\n${lines.join('')}`);
}

function connection(host: SimulatedHost): string {
  return host.isUp && host.isGlusterdUp ? 'Connected' : 'Disconnected';
}

/** Whom a host knows as members of its pool. One that was only just accepted knows the member that has done so. */
function othersOf(host: SimulatedHost): readonly SimulatedHost[] {
  if (host.isAccepted && host.formerPool) return [...host.formerPool.hosts].filter((one) => one !== host).slice(0, 1);
  return [...host.pool.hosts].filter((other) => other !== host);
}

/** What a member is to another that knows it. */
function standing(host: SimulatedHost, other: SimulatedHost): { readonly number: number; readonly text: string } {
  if (host.isAccepted || other.isAccepted) return { number: 4, text: 'Accepted peer request' };
  if (other.formerPool !== null) return { number: 6, text: 'Peer Rejected' };
  return { number: 3, text: 'Peer in Cluster' };
}

function leaveFormerPool(host: SimulatedHost): void {
  host.formerPool?.hosts.delete(host);
  host.formerPool = null;
  host.isAccepted = false;
}

function peersXml(host: SimulatedHost, withSelf: boolean): string {
  const others = othersOf(host);
  const peers = (withSelf ? [...others, host] : others).map((one) => {
    const isSelf = one === host;
    const names = isSelf ? '' : `      <hostnames>\n${namesXml(one)}      </hostnames>\n`;
    const { number, text } = standing(host, one);
    const state = isSelf ? '' : `      <state>${number}</state>\n      <stateStr>${text}</stateStr>\n`;
    const name = isSelf ? 'localhost' : escapeXml(listedName(one));
    return `    <peer>\n      <uuid>${isSelf ? one.ownUuid : one.uuid}</uuid>\n      <hostname>${name}</hostname>\n${names}      <connected>${connection(one) === 'Connected' ? 1 : 0}</connected>\n${state}    </peer>\n`;
  });
  return envelope(peers.length > 0 ? `  <peerStatus>\n${peers.join('')}  </peerStatus>\n` : '  <peerStatus/>\n');
}

/** gluster shows the name that it has learnt last, where that came from the name service. */
function listedName({ dnsName, peerName }: SimulatedHost): string {
  return dnsName || peerName;
}

function namesXml({ listedNames }: SimulatedHost): string {
  return listedNames.map((name) => `        <hostname>${escapeXml(name)}</hostname>\n`).join('');
}
