/** The longest that setTimeout can wait, 24.8 days; Node makes 1 ms of anything above. */
const LONGEST_MS = 2 ** 31 - 1;

/** As setTimeout, but what is too long for it waits for as long as it can. */
export function startTimer(work: () => void, ms: number): NodeJS.Timeout {
  return setTimeout(work, Math.min(ms, LONGEST_MS));
}

/** As setInterval, with the same bound. */
export function startInterval(work: () => void, ms: number): NodeJS.Timeout {
  return setInterval(work, Math.min(ms, LONGEST_MS));
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => startTimer(done, ms));
}
