const startedUnixMs = Date.now() - performance.now();

/**
 * Unix milliseconds by the clock at the start and the time since then: it does not jump when the machine's clock is
 * set. For ages of what is kept in the store; what people are shown has Date.now().
 */
export function steadyUnixMs(): number {
  return Math.floor(startedUnixMs + performance.now());
}
