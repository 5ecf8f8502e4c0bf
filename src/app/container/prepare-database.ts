import { dirname } from 'node:path';
import { DATABASE_VOLUME_NAME } from '../../domain/database-volume.js';
import type { FileLock } from '../../store/open-store.js';
import { isHeketiDatabase } from '../conversion/heketi-database.js';
import { MOUNT_TABLE } from '../mount-table.js';
import { updateDatabaseVolume } from '../offline-pool.js';
import { archiveDatabase } from './archive.js';
import type { ContainerSettings } from './container-settings.js';
import { prepareDataFolder } from './data-folder.js';
import { awaitDatabase, hasContents, isDatabaseVolume, type Waiting } from './database-volume.js';
import { restoreBackup } from './restore-backup.js';
import { lockDatabase } from './start-lock.js';

/**
 * Everything that has to be so before the server opens its database, in the order of Heketi's start script. Answers the
 * lock that keeps other containers away meanwhile. Throws DomainError when the server must not be started.
 */
export async function prepareDatabase(
  database: string,
  settings: ContainerSettings,
  waiting: Waiting,
  mountTable = MOUNT_TABLE,
): Promise<FileLock> {
  const { say } = waiting;
  const folder = dirname(database);
  for (const written of new Set([settings.dataFolder, folder])) prepareDataFolder(written);
  say('Setting up heketi database');
  const isOnVolume = isDatabaseVolume(folder, mountTable);
  if (isOnVolume) await awaitDatabase(database, settings, waiting);
  const lock = await lockDatabase(database, settings, waiting);
  await archive(database, settings.archive, say);
  await restoreBackup(database, settings.backup, say);
  if (isOnVolume && settings.isDatabaseVolumeUpdated) await updateVolume(settings.configFile, say);
  return lock;
}

/** A full disk, or a database that the server will refuse: the start goes on, and says what is wrong by itself. */
async function archive(
  database: string,
  settings: ContainerSettings['archive'],
  say: (text: string) => void,
): Promise<void> {
  // The conversion keeps that as it is.
  if (settings === null || (hasContents(database) && isHeketiDatabase(database))) return;
  try {
    const file = await archiveDatabase(database, settings);
    if (file !== null) say(`${database} is archived as ${file}`);
  } catch (error) {
    say(`WARNING: ${database} is not archived: ${(error as Error).message}`);
  }
}

async function updateVolume(configFile: string, say: (text: string) => void): Promise<void> {
  try {
    await updateDatabaseVolume({ configFile, volumeName: DATABASE_VOLUME_NAME }, (text) => say(text.trimEnd()));
  } catch (error) {
    say(`WARNING: the options of volume ${DATABASE_VOLUME_NAME} are left as they are: ${(error as Error).message}`);
  }
}
