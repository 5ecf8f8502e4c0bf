import type { Id } from '../../domain/ids.js';
import { tell } from '../../events/tell.js';
import type { AdoptedVolume } from '../adoption/adopt-volume.js';
import { writeAdoptedVolume } from '../adoption/write-adopted.js';
import { ofVolume } from '../engine/event-subjects.js';
import { ALL_UNDONE, NOTHING_LEFT, type OperationKind } from '../engine/operation.js';
import { adoptNow } from './adoptable.js';

export interface VolumeAdoption {
  readonly clusterId: Id;
  readonly name: string;
  /** As its hosts show it; null before they are asked. */
  readonly adopted: AdoptedVolume | null;
}

/**
 * Takes a volume of gluster's into the database. Hosts are read before anything is written, all of it is written in the
 * unit that makes the record, which looks whether the database has it meanwhile, and nothing is left to do after that.
 */
export const volumeAdoption: OperationKind<VolumeAdoption, Id, void> = {
  type: 'adopt-volume',
  isCounted: false,

  approach: async (request, context) => ({ ...request, adopted: await adoptNow(request, context) }),

  async build(tx, _operationId, { clusterId, name, adopted }) {
    if (!adopted) throw new Error(`no host was asked for volume ${name}`);
    await writeAdoptedVolume(tx, adopted);
    const { volume } = adopted;
    await tell(tx, 'volume.adopted', ofVolume(volume), { details: { sizeGib: volume.sizeGib } });
    return { actions: [{ change: 'adopt-volume', id: clusterId, delta: null }], plan: null, lane: clusterId };
  },

  load: async (_tx, { actions }) => actions[0]?.id ?? '',

  lane: (clusterId) => clusterId,

  exec: async () => undefined,

  finalize: async () => ({ location: null }),

  leftovers: () => ({ mustEnd: [], mayStay: [] }),

  direction: async () => 'forward',

  finish: async () => undefined,

  undo: async () => ALL_UNDONE,

  retract: async () => NOTHING_LEFT,
};
