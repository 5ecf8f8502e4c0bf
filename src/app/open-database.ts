import { hostname } from 'node:os';
import type { Config } from '../config/config.js';
import { ConfigError } from '../config/config-error.js';
import { contradictions } from '../interchange/heketi-contents.js';
import type { Logging } from '../logging/logger.js';
import { openStore } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import type { StoreConfig, WorkAlone } from '../store/store-config.js';
import { startTimer } from '../timing/timers.js';
import { convertDatabase, HEKETI_WAITS_MS } from './conversion/convert-database.js';
import { isHeketiDatabase } from './conversion/heketi-database.js';
import { endWithoutWork } from './end-without-work.js';

/** The server's database; one of Heketi's own is converted first. */
export async function openDatabase(
  { dbFile, dbReadOnly, postgres }: Pick<Config, 'dbFile' | 'dbReadOnly' | 'postgres'>,
  logger: Logging['logger'],
  options: Pick<StoreConfig, 'isPatient' | 'onCommit'> = {},
): Promise<Store> {
  if (postgres) return openStore({ ...options, postgres, alone: oneOfSeveral(logger), logger });
  if (dbFile === null) throw new Error('no database is configured');
  if (isHeketiDatabase(dbFile)) await convert(dbFile, dbReadOnly, logger);
  return openStore({ ...options, file: dbFile, readOnly: dbReadOnly, logger });
}

function oneOfSeveral(logger: Logging['logger']): WorkAlone {
  return {
    name: `${hostname()}:${process.pid}`,
    answersMeanwhile: true,
    onWaiting: (server) =>
      logger.info({ server }, 'another server works on the hosts: this one answers requests, and waits for its turn'),
    onLost: endWithoutWork,
  };
}

async function convert(dbFile: string, dbReadOnly: boolean, logger: Logging['logger']): Promise<void> {
  if (dbReadOnly)
    throw new ConfigError(
      `glusterfs.db_read_only is set, and ${dbFile} is a Heketi database, which a server has to convert: start it once ` +
        'without, or use: heketi db convert',
    );
  logger.info({ file: dbFile }, 'a Heketi database is being converted');
  const conversion = await convertDatabase(dbFile);
  if (conversion === null) return;
  startTimer(conversion.release, HEKETI_WAITS_MS).unref();
  const { contents, kept } = conversion;
  const { tally, upgrades } = contents;
  const found = contradictions(contents.check);
  logger.info({ file: dbFile, kept, tally, upgrades }, 'the Heketi database was converted');
  if (found.length > 0)
    logger.warn(
      { contradictions: found.length, first: found.slice(0, 10) },
      'the Heketi database contradicts itself; that was kept',
    );
}
