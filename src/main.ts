import './app/admin-signals.js';
import { readFileSync } from 'node:fs';
import { runCommandLine } from './config/command-line.js';
import { ConfigError } from './config/config-error.js';
import { DomainError } from './domain/errors.js';

/* What a command needs is loaded when it runs: the version and a refusal come at once. */

const stdout = (text: string): void => void process.stdout.write(text);
const stderr = (text: string): void => void process.stderr.write(text);
const databaseCommands = () => import('./app/database-commands.js');

process.exitCode = await runCommandLine(
  process.argv.slice(2),
  version(),
  {
    serve: (options) => reportingRefusals(async () => (await import('./app/serve.js')).serve(options)),
    offlineCleanupOperations: (options) =>
      reportingRefusals(async () => (await import('./app/serve.js')).cleanUpOffline(options, stdout)),
    dbExport: (options) => reportingRefusals(async () => (await databaseCommands()).exportDatabase(options, stdout)),
    dbImport: (options) => reportingRefusals(async () => (await databaseCommands()).importDatabaseFile(options)),
    dbRestore: (options) =>
      reportingRefusals(async () => (await import('./app/restore-database.js')).restoreDatabase(options, stdout)),
    dbCheck: (options) => reportingRefusals(async () => (await databaseCommands()).checkDatabaseFile(options, stdout)),
    dbDeleteBricksWithEmptyPath: (options) =>
      reportingRefusals(async () => (await databaseCommands()).deleteBricksWithEmptyPath(options, stdout)),
    offlineForgetHostKey: (options) =>
      reportingRefusals(async () =>
        (await import('./app/forget-host-key.js')).forgetHostKeyOffline(options, process.env, stdout),
      ),
  },
  { stdout, stderr },
);

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
