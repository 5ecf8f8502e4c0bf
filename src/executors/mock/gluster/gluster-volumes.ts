import { randomUUID } from 'node:crypto';
import type { CommandResult } from '../../executor.js';
import { fail } from '../world/answers.js';
import { startBrick } from '../world/brick-processes.js';
import { newHealState } from '../world/heal-state.js';
import { expectEmptyBrick } from '../world/healing.js';
import { type Layout, type SimulatedHost, type SimulatedVolume, setSize } from '../world/simulated-host.js';
import type { World } from '../world/world.js';
import { type GlusterCall, glusterFailure, glusterSuccess } from './gluster-answers.js';
import { takeBricks } from './gluster-bricks.js';
import { resetBrick } from './gluster-reset-brick.js';
import { parseLayout, setOptions } from './gluster-volume-options.js';

type Verb = (world: World, host: SimulatedHost, call: GlusterCall, volume: SimulatedVolume) => CommandResult;

const WITH_NAME_IN_PREFIX = new Set(['create', 'start', 'stop', 'delete', 'rebalance']);

function refusal(call: GlusterCall, reason: string, errno = 30800): CommandResult {
  const [, verb = '', name = ''] = call.words;
  const prefix = WITH_NAME_IN_PREFIX.has(verb) ? `volume ${verb}: ${name}: failed: ` : `volume ${verb}: failed: `;
  return glusterFailure(call, prefix, reason, errno);
}

/** Commands that change a volume; null for any other. */
export function changeVolume(world: World, host: SimulatedHost, call: GlusterCall): CommandResult | null {
  const [, verb = '', name = ''] = call.words;
  if (verb === 'create') return create(world, host, call);
  const change = Object.hasOwn(CHANGES, verb) ? CHANGES[verb] : undefined;
  if (!change) return null;
  const volume = host.pool.volumes.get(name);
  if (!volume) return refusal(call, MISSING[verb]?.(name) ?? `Volume ${name} does not exist`);
  return change(world, host, call, volume);
}

const MISSING: Readonly<Record<string, (name: string) => string>> = {
  'add-brick': (name) => `Unable to get volinfo for volume name ${name}`,
  'replace-brick': (name) => `volume: ${name} does not exist`,
};

const CHANGES: Readonly<Record<string, Verb>> = {
  start(world, host, call, volume) {
    const isForced = call.words[3] === 'force';
    if (volume.status === 1 && !isForced) return refusal(call, `Volume ${volume.name} already started`);
    if (!world.isLenient && !isForced) {
      const reason = missingDirectory(host, volume);
      if (reason) return refusal(call, reason);
    }
    volume.status = 1;
    if (!world.isLenient) for (const brick of volume.bricks) startBrick(volume, brick, isForced);
    return glusterSuccess(call, `volume start: ${volume.name}: success`);
  },

  stop(_world, _host, call, volume) {
    if (volume.status !== 1 && call.words[3] !== 'force')
      return refusal(call, `Volume ${volume.name} is not in the started state`);
    volume.status = 2;
    return glusterSuccess(call, `volume stop: ${volume.name}: success`);
  },

  delete(_world, host, call, volume) {
    const { name } = volume;
    if (volume.status === 1)
      return refusal(call, `Volume ${name} has been started.Volume needs to be stopped before deletion.`);
    if (volume.snapshots.size > 0) {
      return refusal(
        call,
        `Cannot delete Volume ${name} ,as it has ${volume.snapshots.size} snapshots. To delete the volume, first delete all the snapshots under it.`,
      );
    }
    if (volume.bricks.some(({ node }) => !node.isServing)) return refusal(call, 'Some of the peers are down');
    host.pool.volumes.delete(name);
    for (const brick of volume.bricks) brick.node.removeBrick(brick.path);
    return glusterSuccess(call, `volume delete: ${name}: success`);
  },

  'add-brick'(world, host, call, volume) {
    const { texts, isForced } = bricksFrom(call.words.slice(3));
    const size = setSize(volume);
    if (texts.length === 0 || texts.length % size !== 0) {
      return refusal(call, `Incorrect number of bricks supplied ${texts.length} with count ${size}`);
    }
    const bricks = takeBricks(world, host, texts, volume, volume.id, isForced);
    if (typeof bricks === 'string') return refusal(call, bricks);
    volume.bricks.push(...bricks);
    for (const brick of bricks) brick.node.addBrick(brick.path, volume);
    return glusterSuccess(call, 'volume add-brick: success');
  },

  'replace-brick'(world, host, call, volume) {
    const [, , , from = '', to = '', commit, force] = call.words;
    if (commit !== 'commit' || force !== 'force')
      return fail(1, 'Usage:\nvolume replace-brick <VOLNAME> <SOURCE-BRICK> <NEW-BRICK> {commit force}\n');
    if (setSize(volume) === 1) {
      return refusal(
        call,
        'replace-brick is not permitted on distribute only volumes. Please use add-brick and remove-brick operations instead.',
      );
    }
    if (volume.status !== 1) return refusal(call, `volume: ${volume.name} is not started`);
    const at = volume.bricks.findIndex((brick) => `${brick.host}:${brick.path}` === from);
    const old = volume.bricks[at];
    if (!old) return refusal(call, `brick: ${from} does not exist in volume: ${volume.name}`);
    const taken = takeBricks(world, host, [to], { ...volume, arbiter: 0 }, volume.id, false);
    if (typeof taken === 'string') return refusal(call, taken);
    const [brick] = taken;
    if (!brick) return refusal(call, 'no brick given');
    volume.bricks[at] = { ...brick, isArbiter: old.isArbiter };
    old.node.removeBrick(old.path);
    brick.node.addBrick(brick.path, volume);
    expectEmptyBrick(world, volume, at);
    return glusterSuccess(call, 'volume replace-brick: success: replace-brick commit force operation successful');
  },

  'reset-brick': resetBrick,

  rebalance(world, _host, call, volume) {
    const { name } = volume;
    if (volume.status !== 1) return refusal(call, `Volume ${name} needs to be started to perform rebalance`);
    if (volume.bricks.length === setSize(volume) && !world.isLenient) {
      return refusal(
        call,
        `Volume ${name} is not a distribute volume or contains only 1 brick.\nNot performing rebalance`,
      );
    }
    if (call.words[3] === 'status') return glusterSuccess(call, `volume rebalance: ${name}: success`);
    return glusterSuccess(
      call,
      `volume rebalance: ${name}: success: Rebalance on ${name} has been started successfully. Use rebalance status command to check status of the rebalance process.\nID: ${randomUUID()}`,
    );
  },

  set(world, _host, call, volume) {
    const reason = setOptions(volume, call.words.slice(3), world.isLenient);
    if (reason === 'usage') return fail(1, 'Usage:\nvolume set <VOLNAME> <KEY> <VALUE>\n');
    return reason === null ? glusterSuccess(call, 'volume set: success') : refusal(call, reason);
  },
};

/** `replica 2 arbiter 1` and `replica 3 arbiter 1` are the same to gluster: sets of two data bricks and an arbiter. */
function withArbiter(layout: Layout): Layout | null {
  if (layout.arbiter === 0) return layout;
  return layout.arbiter === 1 && [2, 3].includes(layout.replica) ? { ...layout, replica: 3 } : null;
}

function create(world: World, host: SimulatedHost, call: GlusterCall): CommandResult {
  const name = call.words[2] ?? '';
  const { layout: asked, rest } = parseLayout(call.words.slice(3));
  const layout = world.isLenient ? asked : withArbiter(asked);
  if (!layout) {
    return fail(
      1,
      'For arbiter configuration, replica count must be 2 and arbiter count must be 1. The 3rd brick of the replica will be the arbiter\n',
    );
  }
  const { texts, isForced } = bricksFrom(rest);
  if (!world.isLenient && !/^[A-Za-z0-9_-]+$/.test(name)) {
    return fail(1, `Volume name ${name} is invalid. A volume name must not contain any special characters.`);
  }
  if (texts.length === 0)
    return fail(
      1,
      'Usage:\nvolume create <NEW-VOLNAME> [replica <COUNT> [arbiter <COUNT>]] ... <NEW-BRICK> ... [force]\n',
    );
  if (host.pool.volumes.has(name)) return refusal(call, `Volume ${name} already exists`, 0);
  const size = setSize(layout);
  if (texts.length % size !== 0) return refusal(call, 'Failed to create volume files');
  if (!world.isLenient && !isForced && size > 1 && hasSetOnOneHost(texts, size)) {
    return refusal(
      call,
      `Multiple bricks of a ${layout.type.toLowerCase()} volume are present on the same server. This setup is not optimal. Bricks should be on different nodes to have best fault tolerant configuration. Use 'force' at the end of the command if you want to override this behavior. `,
    );
  }
  const id = randomUUID();
  const bricks = takeBricks(world, host, texts, layout, id, isForced);
  if (typeof bricks === 'string') return refusal(call, bricks);
  const volume: SimulatedVolume = {
    ...layout,
    name,
    id,
    status: 0,
    bricks,
    options: defaultOptions(layout.type),
    healEntries: 0,
    heal: newHealState(),
    snapshots: new Set(),
    isClone: false,
    blocks: new Map(),
    clients: new Map(),
    blockDaemons: new Map(),
  };
  host.pool.volumes.set(name, volume);
  for (const brick of bricks) brick.node.addBrick(brick.path, volume);
  return glusterSuccess(call, `volume create: ${name}: success: please start the volume to access data`);
}

export function defaultOptions(type: SimulatedVolume['type']): [string, string][] {
  const common: [string, string][] = [
    ['storage.fips-mode-rchecksum', 'on'],
    ['transport.address-family', 'inet'],
    ['nfs.disable', 'on'],
  ];
  if (type !== 'Replicate') return common;
  return [['cluster.granular-entry-heal', 'on'], ...common, ['performance.client-io-threads', 'off']];
}

function bricksFrom(words: readonly string[]): { readonly texts: readonly string[]; readonly isForced: boolean } {
  return words.at(-1) === 'force' ? { texts: words.slice(0, -1), isForced: true } : { texts: words, isForced: false };
}

function hasSetOnOneHost(texts: readonly string[], size: number): boolean {
  for (let i = 0; i < texts.length; i += size) {
    const hosts = texts.slice(i, i + size).map((text) => text.slice(0, text.indexOf(':')));
    if (new Set(hosts).size < hosts.length) return true;
  }
  return false;
}

function missingDirectory(host: SimulatedHost, volume: SimulatedVolume): string | null {
  for (const { node, path } of volume.bricks) {
    if (!node.isUp) continue;
    const where = node === host ? '' : `Pre Validation failed on ${node.peerName}. `;
    const directory = node.directory(path);
    if (!directory)
      return `${where}Failed to find brick directory ${path} for volume ${volume.name}. Reason : No such file or directory`;
    if (directory.volumeMark !== volume.id && !volume.isClone) {
      return `${where}Failed to get extended attribute trusted.glusterfs.volume-id for brick dir ${path}. Reason : No data available`;
    }
  }
  return null;
}
