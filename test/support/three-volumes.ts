import { DomainError } from '../../src/domain/errors.js';
import { type Id, newId } from '../../src/domain/ids.js';
import type { Progress } from '../../src/domain/pending-operation.js';
import { part, type SequenceKind } from '../../src/operations/engine/sequence.js';
import { volumeCreate } from '../../src/operations/volumes/volume-create.js';
import { volumeRequest } from './pool.js';

export const NAMES = ['one', 'two', 'three'] as const;

interface Work {
  readonly clusterId: Id;
  /** How many of the volumes are there. */
  readonly done: number;
  readonly progress: Progress | null;
}

/** Few commands, since a server is to die at each of them. */
const ONE_COPY = { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 } as const;
const WAITING = 'waits for the time to pass';

/** A sequence of three parts, each of which makes a volume, with a wait before the last. It stands in for a removal. */
export function threeVolumes(waitMs: number): SequenceKind<Id, Work> {
  return {
    type: 'remove-node',

    build: async (_tx, _operationId, clusterId) => ({
      actions: [{ change: 'remove-node', id: clusterId, delta: null }],
      plan: null,
    }),

    async load(tx, { actions, progress }) {
      const clusterId = actions[0]?.id ?? '';
      const volumes = await Promise.all(NAMES.map((name) => tx.volumes.findByName(clusterId, name)));
      return { clusterId, done: volumes.filter((volume) => volume?.pendingId === null).length, progress };
    },

    async next({ clusterId, done, progress }) {
      if (progress?.failure) throw new DomainError('failed', `a part failed: ${progress.failure}`);
      const name = NAMES[done];
      if (name === undefined) return { do: 'end' };
      const step = { done, total: NAMES.length, current: `makes volume ${name}` };
      if (done === 2 && progress?.current !== WAITING)
        return { do: 'wait', forMs: waitMs, step: { ...step, current: WAITING } };
      const request = volumeRequest({ name, clusters: [clusterId], durability: ONE_COPY });
      return part(volumeCreate, { ...request, volumeId: newId() }, step);
    },

    finalize: async () => '/volumes',
  };
}
