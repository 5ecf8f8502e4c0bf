import { onTestFinished } from 'vitest';
import type { Store } from '../../../src/store/store.js';

/** The same store, which is closed after the test. */
export function closedAfter(store: Store): Store {
  onTestFinished(() => store.close());
  return store;
}
