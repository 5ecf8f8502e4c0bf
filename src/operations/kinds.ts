import type { AnyKind } from './engine/operation.js';
import type { AnySequenceKind } from './engine/sequence.js';
import { blockVolumeCreate } from './imported/block-volume-create.js';
import { blockVolumeDelete } from './imported/block-volume-delete.js';
import { blockVolumeExpand } from './imported/block-volume-expand.js';
import { brickEvict } from './imported/brick-evict.js';
import { deviceRemove } from './imported/device-remove.js';
import { deviceAdd } from './topology/device-add.js';
import { deviceDelete } from './topology/device-delete.js';
import { deviceRemoval } from './topology/device-removal.js';
import { nodeAdd } from './topology/node-add.js';
import { nodeDelete } from './topology/node-delete.js';
import { nodeRemoval } from './topology/node-removal.js';
import { volumeClone } from './volumes/volume-clone.js';
import { volumeCreate } from './volumes/volume-create.js';
import { volumeDelete } from './volumes/volume-delete.js';
import { volumeExpand } from './volumes/volume-expand.js';

/** Every kind of record that this server can lead out. */
export const KINDS: readonly AnyKind[] = [
  volumeCreate,
  volumeExpand,
  volumeDelete,
  volumeClone,
  nodeAdd,
  nodeDelete,
  deviceAdd,
  deviceDelete,
  blockVolumeCreate,
  blockVolumeExpand,
  blockVolumeDelete,
  brickEvict,
  deviceRemove,
];

/** Every kind of work of many parts. */
export const SEQUENCE_KINDS: readonly AnySequenceKind[] = [deviceRemoval, nodeRemoval];
