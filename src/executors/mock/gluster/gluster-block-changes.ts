import { randomUUID } from 'node:crypto';
import type { CommandResult } from '../../executor.js';
import { type SimulatedBlock, type SimulatedHost, type SimulatedVolume, setSize } from '../world/simulated-host.js';
import type { World } from '../world/world.js';
import {
  blockFailureOn,
  blockIqn,
  blockRefusal,
  blockSizeText,
  blockSuccess,
  blockUsage,
  sizeAskedFor,
  UNNUMBERED,
} from './gluster-block-answers.js';
import { addBlockFiles, removeBlockFiles } from './gluster-block-files.js';

const USABLE_PART = 0.99;
const CREATE_OPTIONS = new Set(['ha', 'auth', 'prealloc', 'storage', 'ring-buffer', 'block-size', 'io-timeout']);
const [ENOENT, EEXIST, EINVAL, ENOSPC] = [2, 17, 22, 28] as const;

/** `words`: from the options on. */
export function createBlock(
  world: World,
  host: SimulatedHost,
  volume: SimulatedVolume,
  name: string,
  words: readonly string[],
): CommandResult {
  const options = new Map<string, string>();
  let i = 0;
  for (; CREATE_OPTIONS.has(words[i] ?? ''); i += 2) options.set(words[i] ?? '', words[i + 1] ?? '');
  const hosts = (words[i] ?? '').split(',');
  const haCount = Number(options.get('ha') ?? 1);
  const sizeGib = sizeAskedFor(words[i + 1]);
  if (sizeGib === null) return blockUsage("'<size>' is incorrect");
  if (haCount > hosts.length)
    return blockRefusal(UNNUMBERED, `multipath req: ${haCount} > block-hosts: ${hosts.join(',')}`);
  const used = hosts.slice(0, haCount);
  if (volume.blocks.has(name)) return blockRefusal(EEXIST, `BLOCK with name: '${name}' already EXIST`);
  if (!world.isLenient && usedGib(volume) + sizeGib > capacityGib(volume))
    return blockRefusal(ENOSPC, `Low space on the volume ${volume.name}`);
  // What was set up on the others is removed again.
  const [failure] = used.flatMap((one) => troubleOn(world, host, one, 'configure', 'configure failed') ?? []);
  if (failure) return blockRefusal(UNNUMBERED, failure);
  const hasAuth = options.get('auth') === 'enable';
  const block = newBlock(world, { haCount, hosts: used, sizeGib, hasAuth });
  volume.blocks.set(name, block);
  addBlockFiles(volume, name, block);
  return blockSuccess({
    // The values by which clients of the original's mock know it.
    IQN: world.isLenient ? 'fakeIQN' : blockIqn(block.gbid),
    ...(hasAuth ? { USERNAME: world.isLenient ? 'heketi-user' : block.gbid, PASSWORD: block.password } : {}),
    'PORTAL(S)': used.map((one) => `${one}:3260`),
    RESULT: 'SUCCESS',
  });
}

function newBlock(
  world: World,
  { hasAuth, ...block }: Pick<SimulatedBlock, 'haCount' | 'hosts' | 'sizeGib'> & { readonly hasAuth: boolean },
): SimulatedBlock {
  const password = hasAuth ? (world.isLenient ? 'secret' : randomUUID()) : '';
  return { ...block, gbid: randomUUID(), password, resizeFailed: new Map() };
}

/** One that some host does not let go stays, with what is left of it, until it is deleted again. */
export function deleteBlock(
  world: World,
  host: SimulatedHost,
  volume: SimulatedVolume,
  name: string,
  block: SimulatedBlock,
  isForced: boolean,
): CommandResult {
  const left = block.hosts.filter((one) => troubleOn(world, host, one, 'delete config', 'delete failed'));
  const done = block.hosts.filter((one) => !left.includes(one));
  if (left.length > 0 && !isForced) {
    block.hosts = left;
    return blockFailureOn({ 'FAILED ON': left, ...(done.length > 0 ? { 'SUCCESSFUL ON': done } : {}) });
  }
  volume.blocks.delete(name);
  removeBlockFiles(volume, name, block);
  return blockSuccess({ ...(left.length > 0 ? { 'FAILED ON': left } : {}), 'SUCCESSFUL ON': done, RESULT: 'SUCCESS' });
}

/** Its file grows first; a host that can't follow goes on with the size that it had. */
export function resizeBlock(
  world: World,
  host: SimulatedHost,
  volume: SimulatedVolume,
  block: SimulatedBlock,
  words: readonly string[],
): CommandResult {
  const sizeGib = sizeAskedFor(words[words.indexOf('size', 2) + 1]);
  if (sizeGib === null) return blockUsage(`unknown option '${words[2] ?? ''}' for modify:`);
  const [now, wanted] = [blockSizeText(block.sizeGib), blockSizeText(sizeGib)];
  if (sizeGib === block.sizeGib && block.resizeFailed.size === 0)
    return blockRefusal(UNNUMBERED, `request size (${now}) is same as current size (${wanted}) ]`);
  if (sizeGib < block.sizeGib && !words.includes('force'))
    return blockRefusal(UNNUMBERED, `Shrink size ?\nuse 'force' option [current size ${now}, request size ${wanted}]`);
  if (block.hosts.length < block.haCount)
    return blockRefusal(
      ENOENT,
      `Some of the nodes are missing configuration, please look at logs for recent operations on the ${volume.name}.`,
    );
  if (sizeGib <= 0) return blockRefusal(EINVAL, 'size cannot be negative number or zero');
  if (!world.isLenient && usedGib(volume) - block.sizeGib + sizeGib > capacityGib(volume))
    return blockRefusal(ENOSPC, `Low space on the volume ${volume.name}`);
  const failed = block.hosts.filter((one) => troubleOn(world, host, one, 'modify size', 'modify size failed'));
  const done = block.hosts.filter((one) => !failed.includes(one));
  block.resizeFailed = new Map(failed.map((one) => [one, block.resizeFailed.get(one) ?? block.sizeGib]));
  block.sizeGib = sizeGib;
  const lists = { ...(failed.length > 0 ? { 'FAILED ON': failed } : {}), 'SUCCESSFUL ON': done };
  if (failed.length > 0) return blockFailureOn({ IQN: blockIqn(block.gbid), ...lists });
  return blockSuccess({ IQN: blockIqn(block.gbid), SIZE: wanted, ...lists, RESULT: 'SUCCESS' });
}

/** Why gluster-blockd on a host can't do its part; null when it can. */
function troubleOn(
  world: World,
  asking: SimulatedHost,
  storageName: string,
  what: string,
  targetFailure: string,
): string | null {
  const node = world.hostByStorageName(storageName);
  const text = `failed to ${what} on ${storageName}`;
  if (!node?.isUp || (node.pool !== asking.pool && !world.isLenient))
    return `${text} : Transport endpoint is not connected`;
  if (!node.isBlockDaemonUp) return `${text} : Connection refused`;
  return node.isBlockTargetUp ? null : `${text} ${targetFailure}`;
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
