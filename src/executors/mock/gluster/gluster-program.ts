import type { CommandResult } from '../../executor.js';
import { fail } from '../world/answers.js';
import type { SimulatedHost } from '../world/simulated-host.js';
import type { World } from '../world/world.js';
import { type GlusterCall, glusterFailure } from './gluster-answers.js';
import { heal } from './gluster-heal.js';
import { peer, poolList } from './gluster-peers.js';
import { snapshot } from './gluster-snapshots.js';
import { reportVolume } from './gluster-volume-reports.js';
import { changeVolume } from './gluster-volumes.js';

/** Options of gluster itself; an argument such as `--a` of a volume option's value is not one. */
const GLOBAL_OPTION = /^--(?:mode=script|timeout=\d+|xml)$/;

export function parseGluster(args: readonly string[]): GlusterCall {
  const words = args.filter((arg) => !arg.startsWith('--') || !GLOBAL_OPTION.test(arg));
  return { words, isXml: args.includes('--xml') };
}

export function gluster(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  if (!host.isGlusterdUp) return fail(1, 'Connection failed. Please check if gluster daemon is operational.');
  const call = parseGluster(args);
  const [area = ''] = call.words;
  if (area === 'volume' && call.words[1] === 'heal') return heal(world, host, call);
  if (area === 'volume')
    return (
      changeVolume(world, host, call) ??
      reportVolume(host, call) ??
      fail(1, `unrecognized word: ${call.words[1] ?? ''} (position 1)`)
    );
  if (area === 'snapshot') return snapshot(world, host, call);
  if (area === 'peer') return peer(world, host, call);
  if (area === 'pool') return poolList(world, host, call);
  return fail(1, `unrecognized word: ${area} (position 0)`);
}

const READING = new Set(['info', 'list', 'status', 'heal']);

/** The volume whose lock a command takes; null for one that only reads. */
export function lockedVolume(host: SimulatedHost, args: readonly string[]): string | null {
  const { words } = parseGluster(args);
  const [area, verb = '', name = '', other = ''] = words;
  if (READING.has(verb)) return null;
  if (area === 'volume') return name;
  if (area !== 'snapshot' || verb === 'config') return null;
  if (verb === 'create') return other;
  return host.pool.snapshots.get(verb === 'clone' ? other : name)?.volume.name ?? null;
}

export function anotherTransaction(args: readonly string[], volume: string): CommandResult {
  const call = parseGluster(args);
  const [area = '', verb = ''] = call.words;
  return glusterFailure(
    call,
    `${area} ${verb}: failed: `,
    `Another transaction is in progress for ${volume}. Please try again after some time.`,
    30802,
  );
}
