import type { CommandResult } from '../../executor.js';
import { isBrickOnline } from '../world/brick-processes.js';
import { type SimulatedBlock, type SimulatedHost, type SimulatedVolume, setSize } from '../world/simulated-host.js';
import type { World } from '../world/world.js';
import { blockRefusal, blockSizeText, blockSuccess, blockUsage } from './gluster-block-answers.js';
import { createBlock, deleteBlock, resizeBlock } from './gluster-block-changes.js';
import { lookIntoVolume } from './gluster-block-files.js';

const [ENOENT, EIO, ENOTCONN] = [2, 5, 107] as const;

/** gluster-block, asked for JSON. */
export function glusterBlock(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const words = args.filter((arg) => arg !== '--json' && arg !== '');
  const [verb = '', what = ''] = words;
  const [volumeName = '', name = ''] = what.split('/');
  if (!host.isBlockDaemonUp)
    return blockUsage('Connection failed. Please check if gluster-block daemon is operational.');
  if (!host.isGlusterdUp)
    return blockRefusal(ENOTCONN, `Not able to initialize volume ${volumeName}[Transport endpoint is not connected]`);
  const volume = host.pool.volumes.get(volumeName);
  if (!volume) return blockRefusal(ENOENT, `Volume ${volumeName} does not exist`);
  if (volume.status !== 1 || !(world.isLenient || isServed(volume)))
    return blockRefusal(EIO, `Check if volume ${volumeName} is operational`);
  lookIntoVolume(host, volume);
  if (verb === 'list') return blockSuccess({ blocks: [...volume.blocks.keys()], RESULT: 'SUCCESS' });
  if (verb === 'create') return createBlock(world, host, volume, name, words.slice(2));
  const block = volume.blocks.get(name);
  if (!block) return blockRefusal(ENOENT, `block ${volumeName}/${name} doesn't exist`);
  if (verb === 'delete') return deleteBlock(world, host, volume, name, block, words.includes('force'));
  if (verb === 'modify') return resizeBlock(world, host, volume, block, words);
  return verb === 'info' ? info(volumeName, name, block) : blockUsage(`unknown option: ${verb}`);
}

/** A client that has not most of each set can't read what gluster-block keeps there. */
function isServed(volume: SimulatedVolume): boolean {
  const size = setSize(volume);
  for (let i = 0; i < volume.bricks.length; i += size) {
    const online = volume.bricks.slice(i, i + size).filter((brick) => isBrickOnline(volume, brick)).length;
    if (online * 2 <= size) return false;
  }
  return true;
}

function info(volumeName: string, name: string, block: SimulatedBlock): CommandResult {
  const failed = [...block.resizeFailed].map(([host, sizeGib]) => [host, blockSizeText(sizeGib)]);
  return blockSuccess({
    NAME: name,
    VOLUME: volumeName,
    GBID: block.gbid,
    SIZE: blockSizeText(block.sizeGib),
    HA: block.haCount,
    IOTIMEOUT: '43 Seconds',
    PASSWORD: block.password,
    'EXPORTED ON': block.hosts,
    ...(failed.length > 0 ? { 'RESIZE FAILED ON': Object.fromEntries(failed) } : {}),
  });
}
