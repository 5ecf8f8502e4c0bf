import { isBrickOnline } from '../world/brick-processes.js';
import { type SimulatedVolume, setSize } from '../world/simulated-host.js';
import { escapeXml } from './gluster-answers.js';

const DAEMON_PORT = 49_148;

/** Each node's self-heal daemon is connected to all bricks of a volume that heals. */
function selfHealAddresses(volume: SimulatedVolume): readonly string[] {
  if (setSize(volume) === 1) return [];
  const nodes = new Set(volume.bricks.filter((brick) => isBrickOnline(volume, brick)).map(({ node }) => node));
  return [...nodes].map((node) => `${node.peerName}:${DAEMON_PORT}`);
}

/** The part of `volume status NAME clients --xml` about one brick; without clients even their number is left out. */
export function clientsXml(volume: SimulatedVolume): string {
  const addresses = [...selfHealAddresses(volume), ...volume.clients.values(), ...volume.blockDaemons.values()];
  if (addresses.length === 0) return '          <clientsStatus/>\n';
  const clients = addresses.map(
    (address) =>
      `            <client>\n              <hostname>${escapeXml(address)}</hostname>\n              <bytesRead>1676</bytesRead>\n` +
      '              <bytesWrite>1772</bytesWrite>\n              <opVersion>100000</opVersion>\n            </client>\n',
  );
  return `          <clientsStatus>\n            <clientCount>${addresses.length}</clientCount>\n${clients.join('')}          </clientsStatus>\n`;
}

/** `volume status NAME client-list`. */
export function clientListText(volume: SimulatedVolume): string {
  const kinds: readonly (readonly [string, number])[] = [
    ['glustershd', selfHealAddresses(volume).length],
    ['fuse', volume.clients.size],
    ['gfapi.gluster-blockd', volume.blockDaemons.size],
  ];
  const rows = kinds
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${kind.padEnd(48)} ${String(count).padStart(15)}\n`);
  const head =
    rows.length > 0
      ? `${'Name'.padEnd(48)} ${'count'.padStart(15)}\n${'-----'.padEnd(48)} ${'------'.padStart(15)}\n`
      : '';
  const total = kinds.reduce((sum, [, count]) => sum + count, 0);
  return `Client connections for volume ${volume.name}\n${head}${rows.join('')}\ntotal clients for volume ${volume.name} : ${total} \n${'-'.repeat(65)}\n\n`;
}
