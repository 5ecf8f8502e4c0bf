import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pause, startInterval, startTimer } from '../../../src/timing/timers.js';

const A_YEAR_MS = 365 * 86_400_000;
const DAY_MS = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('waits for weeks, not for a millisecond, when a delay is too long for a timer', async () => {
  let rounds = 0;
  const count = (): void => void rounds++;
  startTimer(count, A_YEAR_MS);
  const interval = startInterval(count, A_YEAR_MS);
  void pause(A_YEAR_MS).then(count);
  await vi.advanceTimersByTimeAsync(24 * DAY_MS);
  expect(rounds).toBe(0);
  await vi.advanceTimersByTimeAsync(DAY_MS);
  expect(rounds).toBe(3);
  clearInterval(interval);
});
