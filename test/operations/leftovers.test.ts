import { expect, it } from 'vitest';
import { DomainError } from '../../src/domain/errors.js';
import { TransportError } from '../../src/executors/executor.js';
import { awaitLeftovers } from '../../src/operations/engine/leftovers.js';
import type { OperationContext } from '../../src/operations/engine/operation.js';
import { loadTopology, strictHosts, withPool } from '../support/pool.js';

const CAUSE = new DomainError('failed', 'refused');

/** Nobody can be asked. */
const silent = {
  executor: { awaitLeftovers: async (host: string) => Promise.reject(new TransportError(host, `no ${host}`, false)) },
};

it('a host that was a node once is not waited for when it is none any more; one that is, is', () =>
  withPool(strictHosts(1, 1), async ({ store, ...pool }) => {
    await loadTopology({ store, ...pool }, 1, 1);
    const context = { store, hosts: silent } as unknown as OperationContext;
    const gone = await awaitLeftovers({ mustEnd: ['gone'], mayStay: [] }, CAUSE, context);
    expect([...gone.keys()]).toEqual(['gone']);
    await expect(awaitLeftovers({ mustEnd: ['gone', 'h1'], mayStay: [] }, CAUSE, context)).rejects.toThrow('no h1');
  }));
