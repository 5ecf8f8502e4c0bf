import type { BlockVolume } from '../domain/block-volume.js';
import type { Brick } from '../domain/brick.js';
import type { Cluster } from '../domain/cluster.js';
import type { Device } from '../domain/device.js';
import type { Id } from '../domain/ids.js';
import type { Node } from '../domain/node.js';
import type { PendingOperation } from '../domain/pending-operation.js';
import type { Volume } from '../domain/volume.js';

/** An exported database in this program's terms, with the lists of children as the parents had them. */
export interface Imported {
  readonly clusters: Map<Id, Listing<Cluster, 'nodes' | 'volumes' | 'blockVolumes'>>;
  readonly nodes: Map<Id, Listing<Node, 'devices'>>;
  readonly devices: Map<Id, Listing<Device, 'bricks'>>;
  readonly volumes: Map<Id, Listing<Volume, 'bricks' | 'blockVolumes'>>;
  readonly bricks: Map<Id, Brick>;
  readonly blockVolumes: Map<Id, BlockVolume>;
  readonly operations: Map<Id, PendingOperation>;
  readonly attributes: Map<string, string>;
}

export type Listing<E, Lists extends string> = { readonly entity: E } & { readonly [List in Lists]: readonly Id[] };
