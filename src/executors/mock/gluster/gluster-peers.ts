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
  const others = [...host.pool.hosts].filter((other) => other !== host);
  const lines = others.map(
    (other) => `\nHostname: ${other.peerName}\nUuid: ${other.uuid}\nState: Peer in Cluster (${connection(other)})\n`,
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
  if (target.pool === host.pool) return say(`Host ${name} port 24007 already in peer list`, 2);
  if (!world.isLenient && (target.pool.hosts.size > 1 || target.pool.volumes.size > 0)) {
    return refuse(`${name} is either already part of another cluster or having volumes configured`, 3);
  }
  world.joinPool(target, host);
  return say('success');
}

function detach(world: World, host: SimulatedHost, call: GlusterCall, name: string): CommandResult {
  const refuse = (reason: string, errno: number, exitCode = 1) =>
    glusterFailure(call, 'peer detach: failed: ', reason, errno, exitCode);
  const target = world.hostByStorageName(name);
  if (target === host) return refuse(`${name} is localhost`, 1);
  if (target?.pool !== host.pool) return refuse(`${name} is not part of cluster`, 30800);
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
  world.leavePool(target);
  return glusterSuccess(call, 'peer detach: success');
}

export function poolList(_world: World, host: SimulatedHost, call: GlusterCall): CommandResult {
  if (call.words[1] !== 'list') return fail(1, `unrecognized word: ${call.words[1] ?? ''} (position 1)`);
  if (call.isXml) return succeed(peersXml(host, true));
  const others = [...host.pool.hosts].filter((other) => other !== host);
  const lines = [...others, host].map(
    (one) => `${one.uuid}\t${one === host ? 'localhost' : one.peerName}\t${connection(one)} \n`,
  );
  return succeed(`UUID\t\t\t\t\tHostname \tState\n${lines.join('')}`);
}

function connection(host: SimulatedHost): string {
  return host.isUp && host.isGlusterdUp ? 'Connected' : 'Disconnected';
}

function peersXml(host: SimulatedHost, withSelf: boolean): string {
  const others = [...host.pool.hosts].filter((other) => other !== host);
  const peers = (withSelf ? [...others, host] : others).map((one) => {
    const isSelf = one === host;
    const names = isSelf
      ? ''
      : `      <hostnames>\n        <hostname>${escapeXml(one.peerName)}</hostname>\n      </hostnames>\n`;
    const state = isSelf ? '' : '      <state>3</state>\n      <stateStr>Peer in Cluster</stateStr>\n';
    const name = isSelf ? 'localhost' : escapeXml(one.peerName);
    return `    <peer>\n      <uuid>${one.uuid}</uuid>\n      <hostname>${name}</hostname>\n${names}      <connected>${connection(one) === 'Connected' ? 1 : 0}</connected>\n${state}    </peer>\n`;
  });
  return envelope(peers.length > 0 ? `  <peerStatus>\n${peers.join('')}  </peerStatus>\n` : '  <peerStatus/>\n');
}
