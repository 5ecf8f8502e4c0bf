import type { CommandResult } from '../../executor.js';
import { fail, succeed } from '../world/answers.js';
import { isBrickOnline } from '../world/brick-processes.js';
import { type SimulatedHost, type SimulatedVolume, setSize } from '../world/simulated-host.js';
import { envelope, escapeXml, type GlusterCall, glusterFailure } from './gluster-answers.js';
import { clientListText, clientsXml } from './gluster-clients.js';

const TYPE_NUMBER = { Distribute: 0, Replicate: 2, Disperse: 4 } as const;
const STATUS_TEXT = ['Created', 'Started', 'Stopped'] as const;

/** `volume info|list|status`; null for any other verb. */
export function reportVolume(host: SimulatedHost, call: GlusterCall): CommandResult | null {
  const verb = call.words[1];
  if (verb === 'info') return info(host, call);
  if (verb === 'list') return list(host, call);
  if (verb === 'status') return status(host, call);
  return null;
}

function info(host: SimulatedHost, call: GlusterCall): CommandResult {
  const name = call.words[2] ?? 'all';
  const one = host.pool.volumes.get(name);
  if (name !== 'all' && !one) {
    if (!call.isXml) return fail(1, `Volume ${name} does not exist`);
    const none = '  <volInfo>\n    <volumes>\n      <count>0</count>\n    </volumes>\n  </volInfo>\n';
    return succeed(envelope(none, -1, 30806, 'Volume does not exist'));
  }
  const volumes = one ? [one] : [...host.pool.volumes.values()];
  if (!call.isXml)
    return succeed(
      volumes.map((volume) => `\nVolume Name: ${volume.name}\nStatus: ${STATUS_TEXT[volume.status]}\n`).join(''),
    );
  return succeed(
    envelope(
      `  <volInfo>\n    <volumes>\n${volumes.map(volumeXml).join('')}      <count>${volumes.length}</count>\n    </volumes>\n  </volInfo>\n`,
    ),
  );
}

function volumeXml(volume: SimulatedVolume): string {
  const sets = volume.bricks.length / setSize(volume);
  const isSpread = volume.type !== 'Distribute' && sets > 1;
  const element = (name: string, value: string | number) => `        <${name}>${value}</${name}>\n`;
  const bricks = volume.bricks.map(({ host, path, node, isArbiter }) => {
    const text = escapeXml(`${host}:${path}`);
    return `          <brick uuid="${node.uuid}">${text}<name>${text}</name><hostUuid>${node.uuid}</hostUuid><isArbiter>${isArbiter ? 1 : 0}</isArbiter></brick>\n`;
  });
  const options = volume.options.map(
    ([name, value]) =>
      `          <option>\n            <name>${escapeXml(name)}</name>\n            <value>${escapeXml(value)}</value>\n          </option>\n`,
  );
  return (
    '      <volume>\n' +
    element('name', escapeXml(volume.name)) +
    element('id', volume.id) +
    element('status', volume.status) +
    element('statusStr', STATUS_TEXT[volume.status]) +
    element('snapshotCount', volume.snapshots.size) +
    element('brickCount', volume.bricks.length) +
    element('distCount', sets) +
    element('replicaCount', volume.type === 'Replicate' ? volume.replica : 1) +
    element('arbiterCount', volume.arbiter) +
    element('disperseCount', volume.disperse) +
    element('redundancyCount', volume.redundancy) +
    element('type', TYPE_NUMBER[volume.type] + (isSpread ? 5 : 0)) +
    element('typeStr', `${isSpread ? 'Distributed-' : ''}${volume.type}`) +
    element('transport', 0) +
    `        <bricks>\n${bricks.join('')}        </bricks>\n` +
    element('optCount', volume.options.length) +
    `        <options>\n${options.join('')}        </options>\n` +
    '      </volume>\n'
  );
}

function list(host: SimulatedHost, call: GlusterCall): CommandResult {
  const names = [...host.pool.volumes.keys()].sort();
  if (!call.isXml)
    return names.length > 0 ? succeed(`${names.join('\n')}\n`) : succeed('', 'No volumes present in cluster\n');
  const items = names.map((name) => `    <volume>${escapeXml(name)}</volume>\n`).join('');
  return succeed(envelope(`  <volList>\n    <count>${names.length}</count>\n${items}  </volList>\n`));
}

/** Bricks of nodes that are down are left out, as the real one does. */
function status(host: SimulatedHost, call: GlusterCall): CommandResult {
  const name = call.words[2] ?? 'all';
  const one = host.pool.volumes.get(name);
  const refuse = (reason: string) => glusterFailure(call, 'volume status: failed: ', reason);
  if (name !== 'all' && !one) return refuse(`Volume ${name} does not exist`);
  if (one && one.status !== 1) return refuse(`Volume ${name} is not started`);
  const started = (one ? [one] : [...host.pool.volumes.values()]).filter((volume) => volume.status === 1);
  const what = call.words[3] ?? '';
  if (!call.isXml && what === 'client-list') return succeed(started.map(clientListText).join(''));
  if (!call.isXml) return succeed(started.map((volume) => `Status of volume: ${volume.name}\n`).join(''));
  const volumes = started.map((volume) => statusXml(volume, what === 'clients')).join('');
  return succeed(envelope(`  <volStatus>\n    <volumes>\n${volumes}    </volumes>\n  </volStatus>\n`));
}

function statusXml(volume: SimulatedVolume, withClients: boolean): string {
  const nodes = volume.bricks
    .filter(({ node }) => node.isServing)
    .map((brick) => {
      const isOnline = isBrickOnline(volume, brick);
      return (
        `        <node>\n          <hostname>${escapeXml(brick.host)}</hostname>\n          <path>${escapeXml(brick.path)}</path>\n` +
        `          <peerid>${brick.node.uuid}</peerid>\n          <status>${isOnline ? 1 : 0}</status>\n` +
        `          <pid>${isOnline ? 1000 : -1}</pid>\n${withClients && isOnline ? clientsXml(volume) : ''}        </node>\n`
      );
    });
  return `      <volume>\n        <volName>${escapeXml(volume.name)}</volName>\n        <nodeCount>${nodes.length}</nodeCount>\n${nodes.join('')}${withClients ? '' : '        <tasks/>\n'}      </volume>\n`;
}
