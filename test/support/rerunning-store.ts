import type { Store } from '../../src/store/store.js';

/**
 * Runs each unit of work twice: what the first run wrote is taken back, as by a database that lets units run side by side
 * and asks one of them to begin again. Others may come in between, and so does `between`.
 */
export function rerunningStore(inner: Store, between: () => Promise<void> = async () => undefined): Store {
  return {
    ...inner,
    async write(work, options) {
      await inner
        .write(async (tx) => {
          await work(tx);
          throw new TakenBack();
        })
        // A refusal, too, may be due to what the database takes back.
        .catch(() => undefined);
      await between();
      return inner.write(work, options);
    },
  };
}

class TakenBack extends Error {}
