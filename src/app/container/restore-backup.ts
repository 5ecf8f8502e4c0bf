import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { DomainError } from '../../domain/errors.js';
import { restoreDatabase } from '../restore-database.js';
import type { ContainerSettings } from './container-settings.js';
import { hasContents } from './database-volume.js';
import { writeWhole } from './whole-file.js';

/**
 * Puts a backup that is mounted into the container in place, where there is no database: what is there knows more than
 * the backup does. With mode `replace` it is put over a database too, and each backup once only, since it stays mounted.
 * It is verified first, and what it replaces is kept. Throws DomainError when it can't be used where it is needed.
 */
export async function restoreBackup(
  database: string,
  { file, mode }: ContainerSettings['backup'],
  say: (text: string) => void,
): Promise<void> {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return;
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
  if (hasContents(database)) {
    if (mode === 'missing') {
      say(
        `${database} is there, and the backup ${file} is left alone: it would take back what has happened since it was ` +
          'made. To put it in place all the same, set MORTAR_BACKUPDB=replace for one start',
      );
      return;
    }
    if (digest === digestOfLast(database)) {
      say(`The backup ${file} was put in place at an earlier start, and is left alone`);
      return;
    }
  }
  await putInPlace(database, file, say);
  await noteDone(database, file, digest);
  say(`The server is held on the restored database: look at it with heketi-cli server restore status`);
}

async function putInPlace(database: string, file: string, say: (text: string) => void): Promise<void> {
  try {
    // What Heketi's start script leaves where there was no database: nothing to keep.
    if (!hasContents(database)) rmSync(database, { force: true });
    await restoreDatabase({ backupFile: file, dbFile: database, debug: false }, (text) => say(text.trimEnd()));
  } catch (cause) {
    throw new DomainError('unavailable', `the backup ${file} can't be put in place: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** On the disk before the server serves: a power cut that took it would have the next start go back to the backup. */
async function noteDone(database: string, file: string, digest: string): Promise<void> {
  const record = recordOf(database);
  try {
    await writeWhole(record, Buffer.from(`${digest}\n`));
  } catch (cause) {
    throw new DomainError(
      'unavailable',
      `the backup ${file} is in place, but ${record}, which keeps later starts from going back to it, can't be written ` +
        `(${(cause as Error).message}); the next start does both again`,
      { cause },
    );
  }
}

/** Which backup was put in place last: the SHA-256 of its file. */
function recordOf(database: string): string {
  return `${database}.backupdb`;
}

function digestOfLast(database: string): string | null {
  const record = recordOf(database);
  return existsSync(record) ? readFileSync(record, 'utf8').trim() : null;
}
