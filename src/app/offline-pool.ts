import { statSync } from 'node:fs';
import { examinedPool } from '../api/wire/examination.js';
import type { OfflineOptions, UpdateDbVolumeOptions } from '../config/command-line-options.js';
import type { Config } from '../config/config.js';
import { loadConfig } from '../config/load-config.js';
import { DATABASE_LEVEL } from '../domain/database-volume.js';
import { DomainError } from '../domain/errors.js';
import { CommandError, TransportError } from '../executors/executor.js';
import { dumpDatabase } from '../interchange/dump.js';
import { stringifyJson } from '../json/stringify-json.js';
import { createLogger } from '../logging/logger.js';
import type { OperationContext } from '../operations/engine/operation.js';
import { RestoredDatabase } from '../operations/engine/restored-database.js';
import { examinePool } from '../operations/examination/examine.js';
import { HealthMonitor } from '../operations/hosts/health-monitor.js';
import { HostWork } from '../operations/hosts/host-work.js';
import { setDatabaseOptions } from '../operations/volumes/database-volume.js';
import { openStore } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import { chooseExecutor } from './choose-executor.js';
import { databaseFileOf } from './configured-file.js';
import { operationSettings } from './operation-settings.js';
import { recordedPool } from './recorded-pool.js';

/** `heketi offline state examine gluster`: what the server answers to the same question, between two marks. */
export async function examineOffline({ configFile }: OfflineOptions, print: (text: string) => void): Promise<number> {
  const examined = await withHosts(configFile, 'reading', async ({ store, hosts }) =>
    examinedPool(await store.read(dumpDatabase), await examinePool(store, hosts), 0),
  );
  print(`EXAMINER_OUTPUT_STARTS\n${stringifyJson(examined, 4)}\nEXAMINER_OUTPUT_ENDS\n`);
  return 0;
}

/** `heketi offline update-dbvol`: the options that a database needs, on the volume that it lies on. */
export async function updateDatabaseVolume(
  { configFile, volumeName }: UpdateDbVolumeOptions,
  print: (text: string) => void,
): Promise<number> {
  const level = await withHosts(configFile, 'changing', (context) => setDatabaseOptions(volumeName, context));
  print(
    level === null
      ? `the options of volume ${volumeName} were set\n`
      : `volume ${volumeName} has its options (${DATABASE_LEVEL} is ${level}); nothing was changed\n`,
  );
  return 0;
}

type OfflineContext = OperationContext & { readonly store: Store };

/**
 * The hosts and the database of a server that does not run: while one does, the database is refused. `reading` leaves
 * hosts to whatever works on them.
 */
async function withHosts<T>(
  configFile: string,
  purpose: 'reading' | 'changing',
  work: (context: OfflineContext) => Promise<T>,
): Promise<T> {
  const flags = { disableAuth: false, isOffline: true };
  const { config, warnings } = loadConfig({ file: configFile, env: process.env, flags });
  // An empty file is a new database to a server: it is left so.
  const dbFile = databaseFileOf(config);
  if (!statSync(dbFile, { throwIfNoEntry: false })?.size)
    throw new DomainError('invalid', `there is no database ${dbFile}`);
  const { logger } = createLogger({ level: config.logLevel, format: config.logFormat });
  for (const warning of warnings) logger.warn(warning);
  const store = await openStore({ file: dbFile, readOnly: config.dbReadOnly, logger });
  try {
    if (purpose === 'changing') await refuseCopy(store, logger);
    const { executor, simulated } = await chooseExecutor(config, store, logger, purpose === 'reading');
    try {
      simulated?.seedFromRecords(await store.read(recordedPool));
      return await work(offlineContext(config, store, { executor, settings: config.hostSettings }, logger));
    } finally {
      await executor.close();
    }
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof TransportError)) throw error;
    throw new DomainError('failed', error.message, { cause: error });
  } finally {
    await store.close();
  }
}

async function refuseCopy(store: Store, logger: OperationContext['log']): Promise<void> {
  const restored = await RestoredDatabase.find(store, logger, true);
  if (restored.isHeld) throw new DomainError('unavailable', `nothing was changed: ${restored.refusal}`);
}

function offlineContext(
  config: Config,
  store: Store,
  hosts: OperationContext['hosts'],
  log: OperationContext['log'],
): OfflineContext {
  return {
    store,
    hosts,
    work: new HostWork(config.concurrency),
    health: new HealthMonitor(store, hosts, log),
    settings: operationSettings(config),
    log,
  };
}
