import { idNotFound } from '../../domain/errors.js';
import type { Handlers } from '../contract/handlers.js';
import { blockVolumeInfo } from '../wire/block-volume.js';
import { notYet } from './answers.js';
import type { HandlerDeps } from './deps.js';

type BlockVolumeHandlers = Pick<
  Handlers,
  'blockVolumeList' | 'blockVolumeCreate' | 'blockVolumeInfo' | 'blockVolumeDelete' | 'blockVolumeExpand'
>;

export function blockVolumeHandlers({ store }: HandlerDeps): BlockVolumeHandlers {
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

    async blockVolumeCreate() {
      return notYet('create block volumes');
    },

    async blockVolumeDelete() {
      return notYet('delete block volumes');
    },

    async blockVolumeExpand() {
      return notYet('expand block volumes');
    },
  };
}
