import { onTestFinished } from 'vitest';
import type { Store } from '../../../src/store/store.js';

/** The same store, which is closed after the test. */
export function closedAfter<S extends Store>(store: S): S {
  onTestFinished(() => store.close());
  return store;
}
