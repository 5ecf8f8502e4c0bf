import { randomUUID } from 'node:crypto';
import type { CommandResult } from '../../executor.js';
import { addThinVolume } from '../lvm/lvm-volumes.js';
import { fail, succeed } from '../world/answers.js';
import { isBrickOnline } from '../world/brick-processes.js';
import { newHealState } from '../world/heal-state.js';
import type { SimulatedHost, SimulatedSnapshot, SimulatedVolume, SnapshotBrick } from '../world/simulated-host.js';
import type { World } from '../world/world.js';
import { envelope, type GlusterCall, glusterSuccess } from './gluster-answers.js';

const SNAPSHOT_MOUNT_OPTIONS = 'rw,nouuid';
const DEFAULT_LIMIT = 256;

type Source = Pick<SnapshotBrick, 'host' | 'node' | 'device' | 'below' | 'isArbiter'>;

function refuse({ words, isXml }: GlusterCall, reason: string, errno = 30800): CommandResult {
  if (isXml) return succeed(envelope('', -1, errno, reason));
  return { exitCode: 1, stdout: 'Snapshot command failed\n', stderr: `snapshot ${words[1]}: failed: ${reason}\n` };
}

export function snapshot(world: World, host: SimulatedHost, call: GlusterCall): CommandResult {
  const [, verb = '', name = '', other = ''] = call.words;
  if (verb === 'create') return create(world, host, call, name, other);
  if (verb === 'list') return list(host, call, name);
  if (verb === 'config') {
    host.pool.config.set(name, other);
    return glusterSuccess(call, `snapshot config: ${name} for System set successfully`, '');
  }
  const wanted = verb === 'clone' ? other : name;
  const found = host.pool.snapshots.get(wanted);
  if (!['activate', 'deactivate', 'clone', 'delete'].includes(verb))
    return fail(1, `unrecognized word: ${verb} (position 1)`);
  if (!found) return refuse(call, `Snapshot (${wanted}) does not exist`, 30806);
  if (verb === 'clone') return clone(host, call, name, found);
  if (verb === 'delete') return remove(host, call, found);
  return activate(call, found, verb === 'activate');
}

function create(world: World, host: SimulatedHost, call: GlusterCall, name: string, of: string): CommandResult {
  const { pool } = host;
  const volume = pool.volumes.get(of);
  if (!volume) return refuse(call, `Volume (${of}) does not exist `, 30806);
  if (pool.snapshots.has(name)) return refuse(call, `Snapshot ${name} already exists`, 30812);
  if (volume.status !== 1) return refuse(call, `volume ${of} is not running`, 30807);
  if (volume.bricks.some((brick) => !isBrickOnline(volume, brick)))
    return refuse(call, 'One or more bricks may be down.', 30811);
  const limit = Number(pool.config.get('snap-max-hard-limit') ?? DEFAULT_LIMIT);
  if (volume.snapshots.size >= limit) {
    return refuse(
      call,
      `The number of existing snaps has reached the effective maximum limit of ${limit} ,for the volume (${of}). Please delete few snapshots before taking further snapshots.`,
      30813,
    );
  }
  const sources = volume.bricks.map((brick): Source => {
    const { mount, below } = brick.node.locate(brick.path);
    const device = mount && brick.node.findLogicalVolume(mount.source) ? mount.source : null;
    return { host: brick.host, node: brick.node, device, below: mount ? below : '/brick', isArbiter: brick.isArbiter };
  });
  if (!world.isLenient && sources.some((source) => source.device === null)) {
    return refuse(
      call,
      `Snapshot is supported only for thin provisioned LV. Ensure that all bricks of ${of} are thinly provisioned LV.`,
    );
  }
  const uuid = randomUUID();
  const id = randomUUID().replaceAll('-', '');
  const { type, replica, arbiter, disperse, redundancy } = volume;
  pool.snapshots.set(name, {
    type,
    replica,
    arbiter,
    disperse,
    redundancy,
    name,
    uuid,
    id,
    volume,
    isActive: false,
    bricks: snapLogicalVolumes(sources, id),
    options: volume.options.map(([key, value]) => [key, value] as const),
  });
  volume.snapshots.add(name);
  return glusterSuccess(
    call,
    `snapshot create: success: Snap ${name} created successfully`,
    named('snapCreate', 'snapshot', name, uuid),
  );
}

/** gluster names the LVs of a hidden volume by its id, counting on each host. */
function snapLogicalVolumes(sources: readonly Source[], id: string): SnapshotBrick[] {
  const count = new Map<SimulatedHost, number>();
  return sources.map((source, i) => {
    const { node } = source;
    const n = count.get(node) ?? 0;
    count.set(node, n + 1);
    const origin = source.device === null ? undefined : node.findLogicalVolume(source.device);
    const made = origin?.pool ? addThinVolume(node, origin.pool, `${id}_${n}`, origin.extents, origin.name) : null;
    if (made) made.fileSystem = origin?.fileSystem?.copy() ?? null;
    const device = made && `/dev/mapper/${made.group.name.replaceAll('-', '--')}-${made.name}`;
    return { ...source, device, mountPoint: `/run/gluster/snaps/${id}/brick${i + 1}` };
  });
}

function mountSnapshot({ node, device, mountPoint }: SnapshotBrick): void {
  const volume = device === null ? undefined : node.findLogicalVolume(device);
  if (!volume?.fileSystem || device === null || node.mounts.has(mountPoint)) return;
  node.makeDirectories(mountPoint);
  node.mount({
    source: device,
    target: mountPoint,
    options: SNAPSHOT_MOUNT_OPTIONS,
    device: volume,
    fileSystem: volume.fileSystem,
  });
}

function unmountSnapshot({ node, mountPoint }: SnapshotBrick): void {
  const mount = node.mounts.get(mountPoint);
  if (mount) node.unmount(mount);
}

function activate(call: GlusterCall, found: SimulatedSnapshot, isOn: boolean): CommandResult {
  const verb = isOn ? 'activate' : 'deactivate';
  if (found.isActive === isOn) return refuse(call, `Snapshot ${found.name} is already ${verb}d.`);
  for (const brick of found.bricks) {
    if (isOn) mountSnapshot(brick);
    else unmountSnapshot(brick);
  }
  found.isActive = isOn;
  const body = named(isOn ? 'snapActivate' : 'snapDeactivate', 'snapshot', found.name, found.uuid);
  return glusterSuccess(call, `Snapshot ${verb}: ${found.name}: Snap ${verb}d successfully`, body);
}

function clone(host: SimulatedHost, call: GlusterCall, name: string, found: SimulatedSnapshot): CommandResult {
  if (host.pool.volumes.has(name)) return refuse(call, `Volume with name:${name} already exists`);
  if (!found.isActive) return refuse(call, `Snapshot ${found.name} is not activated`);
  const id = randomUUID();
  const made = snapLogicalVolumes(found.bricks, id.replaceAll('-', ''));
  for (const brick of made) mountSnapshot(brick);
  const { type, replica, arbiter, disperse, redundancy } = found;
  const volume: SimulatedVolume = {
    type,
    replica,
    arbiter,
    disperse,
    redundancy,
    name,
    id,
    status: 0,
    bricks: made.map((brick) => ({
      host: brick.host,
      path: brick.mountPoint + brick.below,
      node: brick.node,
      isArbiter: brick.isArbiter,
    })),
    options: [
      ...found.options.map(([key, value]): [string, string] => [key, value]),
      ['features.quota', 'off'],
      ['features.inode-quota', 'off'],
      ['features.quota-deem-statfs', 'off'],
    ],
    healEntries: 0,
    heal: newHealState(),
    snapshots: new Set(),
    isClone: true,
    blocks: new Map(),
    clients: new Map(),
    blockDaemons: new Map(),
  };
  host.pool.volumes.set(name, volume);
  for (const brick of volume.bricks) brick.node.addBrick(brick.path, volume);
  return glusterSuccess(
    call,
    `snapshot clone: success: Clone ${name} created successfully`,
    named('CloneCreate', 'volume', name, id),
  );
}

function remove(host: SimulatedHost, call: GlusterCall, found: SimulatedSnapshot): CommandResult {
  for (const brick of found.bricks) {
    unmountSnapshot(brick);
    const { node, mountPoint } = brick;
    const volume = brick.device === null ? undefined : node.findLogicalVolume(brick.device);
    if (volume) node.removeLogicalVolume(volume);
    removeEmptyDirectory(node, mountPoint);
    removeEmptyDirectory(node, `/run/gluster/snaps/${found.id}`);
  }
  host.pool.snapshots.delete(found.name);
  found.volume.snapshots.delete(found.name);
  const body = `  <snapDelete>\n    <snapshots>\n      <snapshot>\n        <status>Success</status>\n        <name>${found.name}</name>\n        <uuid>${found.uuid}</uuid>\n      </snapshot>\n    </snapshots>\n  </snapDelete>\n`;
  return glusterSuccess(call, `snapshot delete: ${found.name}: snap removed successfully`, body);
}

function removeEmptyDirectory(node: SimulatedHost, path: string): void {
  const { fileSystem, below } = node.locate(path);
  if (fileSystem.directories.get(below)?.children === 0) fileSystem.remove(below);
}

function list(host: SimulatedHost, call: GlusterCall, of: string): CommandResult {
  const volume = host.pool.volumes.get(of);
  if (of !== '' && !volume) return refuse(call, `Volume (${of}) does not exist`, 30806);
  const names = volume ? [...volume.snapshots] : [...host.pool.snapshots.keys()];
  if (!call.isXml) return succeed(names.length > 0 ? `${names.join('\n')}\n` : 'No snapshots present\n');
  const items = names.map((name) => `    <snapshot>${name}</snapshot>\n`).join('');
  return succeed(envelope(`  <snapList>\n    <count>${names.length}</count>\n${items}  </snapList>\n`));
}

function named(outer: string, inner: string, name: string, uuid: string): string {
  return `  <${outer}>\n    <${inner}>\n      <name>${name}</name>\n      <uuid>${uuid}</uuid>\n    </${inner}>\n  </${outer}>\n`;
}
