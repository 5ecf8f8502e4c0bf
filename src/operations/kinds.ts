import { blockVolumeCreate } from './block-volumes/block-volume-create.js';
import { blockVolumeDelete } from './block-volumes/block-volume-delete.js';
import { blockVolumeExpand } from './block-volumes/block-volume-expand.js';
import type { AnyKind } from './engine/operation.js';
import type { AnySequenceKind } from './engine/sequence.js';
import { deviceRemove } from './imported/device-remove.js';
import { brickReset } from './reinstatement/brick-reset.js';
import { deviceReinstate } from './reinstatement/device-reinstate.js';
import { nodeReinstate } from './reinstatement/node-reinstate.js';
import { nodeRejoin } from './reinstatement/node-rejoin.js';
import { fstabLineRemoval } from './state-repair/fstab-line-removal.js';
import { mountsRestoration } from './state-repair/mounts-restoration.js';
import { stateRepair } from './state-repair/state-repair.js';
import { unclaimedRemoval } from './state-repair/unclaimed-removal.js';
import { volumeAdoption } from './state-repair/volume-adoption.js';
import { volumeStart } from './state-repair/volume-start.js';
import { deviceAdd } from './topology/device-add.js';
import { deviceDelete } from './topology/device-delete.js';
import { deviceRemoval } from './topology/device-removal.js';
import { nodeAdd } from './topology/node-add.js';
import { nodeDelete } from './topology/node-delete.js';
import { nodeForget } from './topology/node-forget.js';
import { nodeLost } from './topology/node-lost.js';
import { nodeRemoval } from './topology/node-removal.js';
import { brickEvict } from './volumes/brick-evict.js';
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
  nodeForget,
  deviceAdd,
  deviceDelete,
  blockVolumeCreate,
  blockVolumeExpand,
  blockVolumeDelete,
  brickEvict,
  deviceRemove,
  deviceReinstate,
  nodeRejoin,
  brickReset,
  mountsRestoration,
  volumeAdoption,
  volumeStart,
  fstabLineRemoval,
  unclaimedRemoval,
];

/** Every kind of work of many parts. */
export const SEQUENCE_KINDS: readonly AnySequenceKind[] = [
  deviceRemoval,
  nodeRemoval,
  nodeLost,
  nodeReinstate,
  stateRepair,
];
