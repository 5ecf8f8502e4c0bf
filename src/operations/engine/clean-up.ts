import type { Id } from '../../domain/ids.js';
import type { Job } from './job.js';
import type { Recovery } from './recovery.js';

/** Leads records out that somebody names, or all when none is. */
export function cleanUpJob(recovery: Recovery): Job<readonly Id[]> {
  return {
    name: 'cleanup',

    about: async () => null,

    async work(operationIds) {
      await recovery.run(operationIds);
      return async () => null;
    },
  };
}
