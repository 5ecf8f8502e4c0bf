import { writeSync } from 'node:fs';

/** `EX_IOERR` of sysexits.h. */
const EXIT_DISK_LOST = 74;

/**
 * Ends the process at once when a sync of the database failed: what was written may be on the disk or not, and a second
 * sync would not tell, since the kernel may have forgotten that it owes something. The next start sees what is there.
 * Nobody was told that the changes since the last sync were made.
 */
export function endWithLostDisk(file: string): (error: Error) => void {
  return (error) => {
    const text =
      `The disk of the database ${file} failed to store what was written (${error.message}). Nothing can be told about ` +
      'changes that were not answered yet, so the program ends at once. Check the disk, then start again.';
    try {
      writeSync(2, `ERROR: ${text}\n`);
    } catch {
      // Whoever would read it is gone or slow; the exit code says it, too.
    }
    process.exit(EXIT_DISK_LOST);
  };
}
