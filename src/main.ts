import { readFileSync } from 'node:fs';
import closeWithGrace from 'close-with-grace';
import { createApp } from './app/create-app.js';
import {
  checkDatabaseFile,
  deleteBricksWithEmptyPath,
  exportDatabase,
  importDatabaseFile,
} from './app/database-commands.js';
import { forgetHostKeyOffline } from './app/forget-host-key.js';
import { type OfflineOptions, runCommandLine, type ServeOptions } from './config/command-line.js';
import { ConfigError } from './config/config-error.js';
import { loadConfig } from './config/load-config.js';
import { DomainError } from './domain/errors.js';
import { createLogger } from './logging/logger.js';

/** Beyond the time that operations get: for requests and the database. */
const CLOSING_LIMIT_MS = 5_000;

const stdout = (text: string): void => void process.stdout.write(text);
const stderr = (text: string): void => void process.stderr.write(text);

process.exitCode = await runCommandLine(
  process.argv.slice(2),
  version(),
  {
    serve: (options) => reportingRefusals(() => serve(options)),
    offlineCleanupOperations: (options) => reportingRefusals(() => cleanUpOffline(options)),
    dbExport: (options) => reportingRefusals(() => exportDatabase(options, stdout)),
    dbImport: (options) => reportingRefusals(() => importDatabaseFile(options)),
    dbCheck: (options) => reportingRefusals(() => checkDatabaseFile(options, stdout)),
    dbDeleteBricksWithEmptyPath: (options) => reportingRefusals(() => deleteBricksWithEmptyPath(options, stdout)),
    offlineForgetHostKey: (options) => reportingRefusals(() => forgetHostKeyOffline(options, process.env, stdout)),
  },
  { stdout, stderr },
);

async function serve({ configFile, disableAuth }: ServeOptions): Promise<number> {
  const { config, warnings } = loadConfig({ file: configFile, env: process.env, flags: { disableAuth } });
  const { logger, levels } = createLogger({
    level: config.logLevel,
    format: config.logFormat,
    secrets: [config.jwt.adminKey, config.jwt.userKey].filter(Boolean),
  });
  for (const warning of warnings) logger.warn(warning);
  if (config.isAuthDisabled)
    stderr('WARNING: authentication is off (--disable-auth): everybody who reaches the port may change everything\n');

  const app = await createApp(config, logger, levels);
  process.on('SIGUSR1', () => app.admin.set('local-client'));
  process.on('SIGUSR2', () => app.admin.set('normal'));
  const drainMs = config.shutdownLimitSeconds * 1000;
  const ended = new Promise<void>((done) => {
    closeWithGrace({ delay: drainMs + CLOSING_LIMIT_MS, logger: false, skip: ['SIGUSR2'] }, async ({ err, signal }) => {
      if (err) logger.fatal({ err }, 'the server stops after a defect');
      else stdout('Shutting down...\n');
      logger.info({ signal }, 'shutting down');
      await app.close(drainMs);
      done();
    });
  });
  try {
    const port = await app.listen(config.httpPort);
    stdout(`Listening on port ${port}${config.tls ? ' with TLS enabled' : ''}\n`);
  } catch (error) {
    stderr(`ERROR: HTTP Server error: ${(error as Error).message}\n`);
    await app.close(0);
    return 1;
  }
  await ended;
  return 0;
}

/** Finishes or undoes all pending operations while no server runs; what can't be now is told, and no failure. */
async function cleanUpOffline({ configFile }: OfflineOptions): Promise<number> {
  const flags = { disableAuth: false, isOffline: true };
  const { config, warnings } = loadConfig({ file: configFile, env: process.env, flags });
  const { logger, levels } = createLogger({ level: config.logLevel, format: config.logFormat });
  for (const warning of warnings) logger.warn(warning);
  if (config.dbReadOnly)
    throw new ConfigError(
      'glusterfs.db_read_only is set: nothing can be cleaned up in a database that must not change',
    );
  const never = { isEnabled: false, startSeconds: 0, refreshSeconds: 0 };
  const nodeRepair = { ...config.nodeRepair, isEnabled: false };
  const app = await createApp({ ...config, monitor: never, cleaner: never, nodeRepair }, logger, levels);
  try {
    const before = await app.store.read((tx) => tx.operations.counts());
    await app.recover();
    const after = await app.store.read((tx) => tx.operations.counts());
    stdout(`${before.total - after.total} of ${before.total} pending operations were finished or undone\n`);
  } finally {
    await app.close(0);
  }
  return 0;
}

/** What a person can mend is one sentence on stderr; anything else is a defect and keeps its stack. */
async function reportingRefusals(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof DomainError)) throw error;
    stderr(`ERROR: ${error.message}\n`);
    return 1;
  }
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
