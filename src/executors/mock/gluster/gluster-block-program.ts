import { randomUUID } from 'node:crypto';
import type { CommandResult } from '../../executor.js';
import { type SimulatedBlock, type SimulatedHost, type SimulatedVolume, setSize } from '../world/simulated-host.js';
import type { World } from '../world/world.js';

const USABLE_PART = 0.99;
const VERB_OPTIONS = new Set(['ha', 'auth', 'prealloc', 'storage', 'ring-buffer', 'block-size', 'io-timeout']);

function succeed(fields: Readonly<Record<string, unknown>>): CommandResult {
  return { exitCode: 0, stdout: `${JSON.stringify(fields)}\n`, stderr: '' };
}

function refuse(errCode: number, errMsg: string): CommandResult {
  return { exitCode: errCode, stdout: '', stderr: `${JSON.stringify({ RESULT: 'FAIL', errCode, errMsg })}\n` };
}

/** gluster-block, always answering in JSON. */
export function glusterBlock(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const words = args.filter((arg) => arg !== '--json' && arg !== '');
  const [verb = '', what = ''] = words;
  const [volumeName = '', name = ''] = what.split('/');
  const volume = host.pool.volumes.get(volumeName);
  if (!volume) return refuse(2, `Volume ${volumeName} does not exist`);
  if (volume.status !== 1) return refuse(5, `Check if volume ${volumeName} is operational`);
  if (verb === 'list') return succeed({ blocks: [...volume.blocks.keys()], RESULT: 'SUCCESS' });
  if (verb === 'create') return create(world, host, volume, name, words.slice(2));
  const block = volume.blocks.get(name);
  if (!block) return refuse(2, `block ${volumeName}/${name} doesn't exist`);
  if (verb === 'delete') {
    volume.blocks.delete(name);
    return succeed({ 'SUCCESSFUL ON': block.hosts, RESULT: 'SUCCESS' });
  }
  if (verb === 'modify') return resize(world, volume, block, words);
  if (verb !== 'info') return { exitCode: 255, stdout: '', stderr: 'unknown operation\n' };
  return succeed({
    NAME: name,
    VOLUME: volumeName,
    GBID: block.gbid,
    SIZE: `${block.sizeGib.toFixed(1)} GiB`,
    HA: block.haCount,
    PASSWORD: block.password,
    'EXPORTED ON': block.hosts,
  });
}

function create(
  world: World,
  host: SimulatedHost,
  volume: SimulatedVolume,
  name: string,
  words: readonly string[],
): CommandResult {
  const options = new Map<string, string>();
  let i = 0;
  for (; VERB_OPTIONS.has(words[i] ?? ''); i += 2) options.set(words[i] ?? '', words[i + 1] ?? '');
  const hosts = (words[i] ?? '').split(',');
  const haCount = Number(options.get('ha') ?? 1);
  const sizeGib = sizeOf(words[i + 1]);
  if (sizeGib === null) return { exitCode: 255, stdout: '', stderr: "'<size>' is incorrect\n" };
  if (haCount > hosts.length) return refuse(19, `multipath req: ${haCount} > block-hosts: ${hosts.join(',')}`);
  const used = hosts.slice(0, haCount);
  const down = used.filter((one) => {
    const node = world.hostByStorageName(one);
    return !node?.isUp || (node.pool !== host.pool && !world.isLenient);
  });
  if (down.length > 0)
    return refuse(255, `failed to configure on ${down.join(' ')} :Transport endpoint is not connected`);
  if (volume.blocks.has(name)) return refuse(17, `BLOCK with name: '${name}' already EXIST\n`);
  if (!world.isLenient && usedGib(volume) + sizeGib > capacityGib(volume))
    return refuse(28, `Low space on the volume ${volume.name}\n`);
  const hasAuth = options.get('auth') === 'enable';
  const gbid = randomUUID();
  const password = hasAuth ? (world.isLenient ? 'secret' : randomUUID()) : '';
  volume.blocks.set(name, { gbid, password, haCount, hosts: used, sizeGib });
  return succeed({
    // The values by which clients of the original's mock know it.
    IQN: world.isLenient ? 'fakeIQN' : `iqn.2016-12.org.gluster-block:${gbid}`,
    ...(hasAuth ? { USERNAME: world.isLenient ? 'heketi-user' : gbid, PASSWORD: password } : {}),
    'PORTAL(S)': used.map((one) => `${one}:3260`),
    RESULT: 'SUCCESS',
  });
}

function resize(world: World, volume: SimulatedVolume, block: SimulatedBlock, words: readonly string[]): CommandResult {
  const sizeGib = sizeOf(words[words.indexOf('size', 2) + 1]);
  if (sizeGib === null) return { exitCode: 255, stdout: '', stderr: 'unknown option\n' };
  const now = `${block.sizeGib.toFixed(1)} GiB`;
  if (sizeGib === block.sizeGib) return refuse(22, `request size (${now}) is same as current size (${now}) ]`);
  if (sizeGib < block.sizeGib && !words.includes('force')) {
    return refuse(
      22,
      `Shrink size ?\nuse 'force' option [current size ${now}, request size ${sizeGib.toFixed(1)} GiB]`,
    );
  }
  if (!world.isLenient && usedGib(volume) - block.sizeGib + sizeGib > capacityGib(volume))
    return refuse(28, `Low space on the volume ${volume.name}\n`);
  block.sizeGib = sizeGib;
  return succeed({
    IQN: `iqn.2016-12.org.gluster-block:${block.gbid}`,
    SIZE: `${sizeGib.toFixed(1)} GiB`,
    'SUCCESSFUL ON': block.hosts,
    RESULT: 'SUCCESS',
  });
}

function sizeOf(text: string | undefined): number | null {
  const match = /^(\d+)GiB$/.exec(text ?? '');
  return match ? Number(match[1]) : null;
}

function usedGib(volume: SimulatedVolume): number {
  return [...volume.blocks.values()].reduce((sum, block) => sum + block.sizeGib, 0);
}

/** Space for files: per set, that of its smallest data brick. */
function capacityGib(volume: SimulatedVolume): number {
  const size = setSize(volume);
  const perSet = volume.type === 'Disperse' ? volume.disperse - volume.redundancy : 1;
  let sum = 0;
  for (let i = 0; i < volume.bricks.length; i += size) {
    const sizes = volume.bricks
      .slice(i, i + size)
      .filter((brick) => !brick.isArbiter)
      .map(({ node, path }) => {
        const { mount } = node.locate(path);
        return mount ? mount.device.sizeKib / 1024 ** 2 : 0;
      });
    sum += Math.min(...sizes) * perSet;
  }
  return sum * USABLE_PART;
}
