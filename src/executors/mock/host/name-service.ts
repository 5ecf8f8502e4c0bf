import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { CommandResult } from '../../executor.js';
import { fail, succeed } from '../world/answers.js';
import type { SimulatedHost } from '../world/simulated-host.js';
import type { World } from '../world/world.js';

const NOT_FOUND = 2;

/** `getent ahosts NAME`: what a name leads to, once for each kind of socket. */
export function getent(world: World, _host: SimulatedHost, [database, name = '']: readonly string[]): CommandResult {
  if (database !== 'ahosts') return fail(1, `Unknown database: ${database}`);
  const found = world.hostByAnyName(name);
  const address = isIP(name) > 0 ? name : found && addressOf(found);
  if (!address) return { exitCode: NOT_FOUND, stdout: '', stderr: '' };
  const kinds = ['STREAM', 'DGRAM', 'RAW'].map(
    (kind, i) => `${address.padEnd(15)} ${kind.padEnd(6)} ${i === 0 ? name : ''}`,
  );
  return succeed(`${kinds.join('\n')}\n`);
}

/** Gluster's name for a host is its address, or has one of its own. */
function addressOf({ peerName }: SimulatedHost): string {
  if (isIP(peerName) > 0) return peerName;
  const [a = 0, b = 0] = createHash('sha256').update(peerName).digest();
  return `10.255.${a}.${b}`;
}
