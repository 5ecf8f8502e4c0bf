import { writeSync } from 'node:fs';

/** `EX_TEMPFAIL` of sysexits.h: another start is right. */
const EXIT_TAKEN_OVER = 75;

/**
 * Ends the process at once: another server works on the hosts and with the database, as this one did not say for too long
 * that it is there. What it had begun, that one finishes or undoes.
 */
export function endWithoutWork(): void {
  const text =
    'Another server has taken over the work with the database, since this one was not heard of for more than 10 s: ' +
    'it stood still, or could not reach the database. It ends at once; started again, it waits for its turn.';
  try {
    writeSync(2, `ERROR: ${text}\n`);
  } catch {
    // Whoever would read it is gone or slow; the exit code says it, too.
  }
  process.exit(EXIT_TAKEN_OVER);
}
