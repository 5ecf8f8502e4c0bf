import type { Brick } from '../../domain/brick.js';

/** A brick with the names by which its node is reached and known to gluster. */
export interface HostedBrick {
  readonly brick: Brick;
  readonly manageName: string;
  readonly storageName: string;
}
