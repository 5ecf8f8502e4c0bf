const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Ends the process at a signal, until what is returned is called. The first process of a container ignores signals that
 * nobody follows, and every step of its start may be cut off at any moment.
 */
export function endAtSignals(tell: (signal: NodeJS.Signals) => void): () => void {
  const end = (signal: NodeJS.Signals): void => {
    tell(signal);
    process.exit(0);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  return () => {
    for (const signal of SIGNALS) process.off(signal, end);
  };
}
