import type { CommandResult } from '../../executor.js';
import { fail } from '../world/answers.js';
import { isBrickOnline, startBrick } from '../world/brick-processes.js';
import { expectEmptyBrick } from '../world/healing.js';
import type { SimulatedBrick, SimulatedHost, SimulatedVolume } from '../world/simulated-host.js';
import type { World } from '../world/world.js';
import { type GlusterCall, glusterFailure, glusterSuccess } from './gluster-answers.js';
import { checkDirectory } from './gluster-bricks.js';

const USAGE =
  'Usage:\nvolume reset-brick <VOLNAME> <SOURCE-BRICK> {{start} | {<NEW-BRICK> commit}} \n\nreset-brick operation failed';

/**
 * `volume reset-brick NAME BRICK BRICK commit force`, and `start`. As the real one it takes any directory, an unmounted
 * one and that of a volume without copies too, and refuses a brick that its glusterd has only just learnt of.
 */
export function resetBrick(
  world: World,
  host: SimulatedHost,
  call: GlusterCall,
  volume: SimulatedVolume,
): CommandResult {
  const [, , , from = '', to = '', commit = '', force = ''] = call.words;
  const refuse = (reason: string) => glusterFailure(call, 'volume reset-brick: failed: ', reason);
  const isStart = to === 'start' && commit === '';
  if (!isStart && (to !== from || commit !== 'commit' || force !== 'force')) return fail(1, USAGE);
  if (volume.status !== 1) return refuse(`volume: ${volume.name} is not started`);
  const at = volume.bricks.findIndex((brick) => `${brick.host}:${brick.path}` === from);
  const brick = volume.bricks[at];
  if (!brick) return refuse(`brick: ${from} does not exist in volume: ${volume.name}`);
  const { node } = brick;
  if (node.formerPool !== null || !node.isUp) return refuse(`Host ${brick.host} is not in 'Peer in Cluster' state`);
  if (!node.isGlusterdUp) return refuse(`Host ${brick.host} not connected`);
  if (isStart) {
    brick.isDown = true;
    return glusterSuccess(call, 'volume reset-brick: success: reset-brick start operation successful');
  }
  const reason = refusalOf(volume, brick);
  if (reason !== null) return refuse(node === host ? reason : `Pre Validation failed on ${node.peerName}. ${reason}`);
  startBrick(volume, brick, true);
  expectEmptyBrick(world, volume, at);
  return glusterSuccess(call, 'volume reset-brick: success: reset-brick commit force operation successful');
}

function refusalOf(volume: SimulatedVolume, brick: SimulatedBrick): string | null {
  if (brick.node.learntBricks.has(brick.path))
    return 'When destination brick is new, please use gluster volume replace-brick <volname> <src-brick> <dst-brick> commit force';
  if (isBrickOnline(volume, brick))
    return 'Source brick must be stopped. Please use gluster volume reset-brick <volname> <dst-brick> start.';
  return checkDirectory(brick, volume.id, true);
}
