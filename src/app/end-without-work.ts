import { writeSync } from 'node:fs';

/** `EX_TEMPFAIL` of sysexits.h: another start is right. */
const EXIT_TAKEN_OVER = 75;

const REASONS = {
  'taken over':
    'Another server has taken over the work with the database, since this one was not heard of for more than 10 s: ' +
    'it stood still, or could not reach the database. It ends at once; started again, it answers requests, and waits for its turn.',
  'newer version':
    'A newer version has changed the tables of the database, and this one does not know them. It ends at once: start the newer version.',
};

/**
 * Ends the process at once: another server works on the hosts and with the database. What this one had begun, that one
 * finishes or undoes.
 */
export function endWithoutWork(why: 'taken over' | 'newer version'): void {
  try {
    writeSync(2, `ERROR: ${REASONS[why]}\n`);
  } catch {
    // Whoever would read it is gone or slow; the exit code says it, too.
  }
  process.exit(EXIT_TAKEN_OVER);
}
