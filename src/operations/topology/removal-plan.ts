import { idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { ReadTx } from '../../store/store.js';
import { refusalOf } from '../engine/error-text.js';
import type { OperationContext } from '../engine/operation.js';
import type { PlannableChange, PlannedRemoval, RemovalTerms } from '../ports/removals.js';
import { lookAtSet } from '../volumes/evictable-brick.js';
import { type BricksToMove, planEvictions } from '../volumes/eviction-plan.js';
import { refuseDeviceRemoval } from './device-removal.js';
import { type Holding, holdingOf } from './holding.js';
import { deviceIdsOf } from './lost-devices.js';
import { refuseNodeLoss } from './node-lost.js';
import { isRemoved, refuseNodeRemoval } from './node-removal.js';

/** What a change would move. */
type Subject = Holding & Pick<BricksToMove, 'leavingDeviceIds' | 'look'>;

/** A change that has a dry run. */
interface Plannable {
  find(tx: ReadTx, id: Id): Promise<Subject>;
  /** Refuses what prevents all of it, as the change itself does. */
  refuse(id: Id, terms: RemovalTerms, context: OperationContext): Promise<void>;
}

const PLANNABLE: { readonly [C in PlannableChange]: Plannable } = {
  'remove-device': {
    async find(tx, id) {
      if (!(await tx.devices.find(id))) throw idNotFound();
      return { ...(await holdingOf(tx, [id])), leavingDeviceIds: [id], look: lookAtSet };
    },
    refuse: (id, _, { store }) =>
      store.read(async (tx) => {
        const device = await tx.devices.find(id);
        if (device && device.state !== 'failed') await refuseDeviceRemoval(tx, device, '');
      }),
  },

  'remove-node': {
    find: ofNode,
    refuse: (id, _, { store }) =>
      store.read(async (tx) => {
        const node = await tx.nodes.find(id);
        if (node && !(await isRemoved(tx, node))) await refuseNodeRemoval(tx, node, '');
      }),
  },

  'lose-node': {
    find: ofNode,
    refuse: (id, { mayHostAnswer }, context) => refuseNodeLoss({ id, mayHostAnswer }, context),
  },

  'evict-brick': {
    async find(tx, id) {
      const brick = await tx.bricks.find(id);
      if (!brick) throw idNotFound();
      return { inUse: [brick], healing: [], leavingDeviceIds: [], look: lookAtSet };
    },
    refuse: async () => undefined,
  },
};

async function ofNode(tx: ReadTx, id: Id): Promise<Subject> {
  if (!(await tx.nodes.find(id))) throw idNotFound();
  const deviceIds = await deviceIdsOf(tx, id);
  return { ...(await holdingOf(tx, deviceIds)), leavingDeviceIds: deviceIds, look: lookAtSet };
}

/** What a removal would do now, brick by brick; changes and reserves nothing. */
export async function planRemoval(
  change: PlannableChange,
  id: Id,
  terms: RemovalTerms,
  context: OperationContext,
): Promise<PlannedRemoval> {
  const { find, refuse } = PLANNABLE[change];
  const { inUse, healing, ...moves } = await context.store.read((tx) => find(tx, id));
  const obstacle = await refusalOf(() => refuse(id, terms, context));
  const bricks = await planEvictions({ ...moves, bricks: inUse, mustBeHealed: terms.mustBeHealed }, context);
  const movable = bricks.filter(({ to }) => to !== null);
  return {
    isPossible: obstacle === null && movable.length === bricks.length,
    obstacle,
    movable: movable.length,
    healKib: movable.reduce((sum, { healKib }) => sum + (healKib ?? 0), 0),
    unknownHeals: movable.filter(({ healKib }) => healKib === null).length,
    bricks,
    healing: healing.map(({ brickId, volumeId, entriesLeft }) => ({ brickId, volumeId, entriesLeft })),
  };
}
