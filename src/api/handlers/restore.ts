import type { Handlers } from '../contract/handlers.js';
import { poolDifferences } from '../wire/examination.js';
import type { HandlerDeps } from './deps.js';

export function restoreHandlers({ restored, pool }: HandlerDeps): Pick<Handlers, 'restoreState' | 'restoreConfirm'> {
  return {
    async restoreState() {
      const { copiedAt } = restored;
      const started_at = new Date(restored.startedAt).toISOString();
      if (copiedAt === null) return { status: 200, json: { held: false, started_at } };
      const differences = poolDifferences(await pool.differences());
      return {
        status: 200,
        json: { held: true, started_at, copied_at: new Date(copiedAt).toISOString(), differences },
      };
    },

    async restoreConfirm() {
      await restored.confirm();
      return { status: 204 };
    },
  };
}
