import { join } from 'node:path';
import { createEnvironmentReader, type Environment } from '../../config/environment.js';
import { LONGEST_SECONDS } from '../../config/longest-seconds.js';

/** What the variables of a container ask its start for. */
export interface ContainerSettings {
  readonly configFile: string;
  /** Where the log of the start is, and the database unless the configuration says otherwise. */
  readonly dataFolder: string;
  readonly backup: {
    readonly file: string;
    /** `missing`: put in place only where there is no database; `replace`: over one too, each backup once. */
    readonly mode: 'missing' | 'replace';
  };
  /** Null: nothing is archived. */
  readonly archive: { readonly folder: string; readonly count: number } | null;
  readonly isDatabaseVolumeUpdated: boolean;
  readonly topologyFile: string | null;
  readonly volumeWaitSeconds: number;
  readonly lockWaitSeconds: number;
}

const NO_ARCHIVE = ['-', '/dev/null'];

/** `configFile`: of the command line, if it was given there. A value that can't be read is warned about. */
export function containerSettings(
  variables: Environment,
  configFile: string | null,
  warnings: string[],
): ContainerSettings {
  const env = createEnvironmentReader(variables, warnings);
  const seconds = (name: string, otherwise: number): number =>
    env.integer(name, { min: 0, max: LONGEST_SECONDS }) ?? otherwise;
  const dataFolder = env.text('HEKETI_PATH') ?? '/var/lib/heketi';
  const archiveFolder = env.text('HEKETI_DB_ARCHIVE_PATH') ?? join(dataFolder, 'archive');
  const archiveCount = env.integer('HEKETI_DB_ARCHIVE_COUNT', { min: 1 }) ?? 5;
  return {
    configFile: configFile ?? env.text('HEKETI_CONFIG') ?? '/etc/heketi/heketi.json',
    dataFolder,
    backup: {
      file: join(env.text('BACKUPDB_PATH') ?? '/backupdb', 'heketi.db.gz'),
      mode: env.choice('MORTAR_BACKUPDB', ['missing', 'replace']) ?? 'missing',
    },
    archive: NO_ARCHIVE.includes(archiveFolder) ? null : { folder: archiveFolder, count: archiveCount },
    isDatabaseVolumeUpdated: env.text('HEKETI_TRY_UPDATE_DB_VOL') === 'yes',
    topologyFile: env.text('HEKETI_TOPOLOGY_FILE'),
    volumeWaitSeconds: seconds('MORTAR_DB_VOLUME_WAIT_SECONDS', 30),
    lockWaitSeconds: seconds('MORTAR_DB_LOCK_WAIT_SECONDS', 60),
  };
}
