import { idNotFound } from '../../domain/errors.js';
import type { Handlers } from '../contract/handlers.js';
import { blockVolumeInfo, blockVolumeRequest } from '../wire/block-volume.js';
import { accepted } from './answers.js';
import type { HandlerDeps } from './deps.js';

type BlockVolumeHandlers = Pick<
  Handlers,
  'blockVolumeList' | 'blockVolumeCreate' | 'blockVolumeInfo' | 'blockVolumeDelete' | 'blockVolumeExpand'
>;

export function blockVolumeHandlers({ store, operations }: HandlerDeps): BlockVolumeHandlers {
  return {
    async blockVolumeList() {
      const blockvolumes = await store.read((tx) => tx.blockVolumes.listVisibleIds());
      return { status: 200, json: { blockvolumes } };
    },

    async blockVolumeInfo({ id }) {
      const blockVolume = await store.read((tx) => tx.blockVolumes.find(id));
      if (blockVolume === null || blockVolume.pendingId !== null) throw idNotFound();
      return { status: 200, json: blockVolumeInfo(blockVolume) };
    },

    blockVolumeCreate: ({ by, body }) => accepted(operations.createBlockVolume(by, blockVolumeRequest(body))),

    blockVolumeDelete: ({ by, id }) => accepted(operations.deleteBlockVolume(by, id)),

    blockVolumeExpand: ({ by, id, body }) => accepted(operations.expandBlockVolume(by, id, Number(body.new_size))),
  };
}
