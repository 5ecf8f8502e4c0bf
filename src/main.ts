import './app/admin-signals.js';
import { readFileSync } from 'node:fs';
import { PrintedOutput } from './app/printed-output.js';
import { runCommandLine } from './config/command-line.js';
import { ConfigError } from './config/config-error.js';
import { DomainError } from './domain/errors.js';

/* What a command needs is loaded when it runs: the version and a refusal come at once. */

const output = new PrintedOutput(process.stdout);
process.stderr.on('error', () => undefined);
const stdout = (text: string): void => output.print(text);
const stderr = (text: string): void => void process.stderr.write(text);
const databaseCommands = () => import('./app/database-commands.js');
const offlinePool = () => import('./app/offline-pool.js');

let kind: 'reading' | 'changing' | 'serving' = 'reading';

const exitCode = await runCommandLine(
  process.argv.slice(2),
  version(),
  {
    serve: (options) => {
      kind = 'serving';
      return reportingRefusals(async () => (await import('./app/serve.js')).serve(options));
    },
    offlineCleanupOperations: (options) =>
      changing(async () => (await import('./app/serve.js')).cleanUpOffline(options, stdout)),
    offlineExamineGluster: (options) =>
      reportingRefusals(async () => (await offlinePool()).examineOffline(options, stdout)),
    offlineUpdateDbVolume: (options) =>
      changing(async () => (await offlinePool()).updateDatabaseVolume(options, stdout)),
    dbExport: (options) => reportingRefusals(async () => (await databaseCommands()).exportDatabase(options, stdout)),
    dbImport: (options) => changing(async () => (await databaseCommands()).importDatabaseFile(options)),
    dbRestore: (options) =>
      changing(async () => (await import('./app/restore-database.js')).restoreDatabase(options, stdout)),
    dbCheck: (options) => reportingRefusals(async () => (await databaseCommands()).checkDatabaseFile(options, stdout)),
    dbDeleteBricksWithEmptyPath: (options) =>
      changing(async () => (await databaseCommands()).deleteBricksWithEmptyPath(options, stdout)),
    offlineForgetHostKey: (options) =>
      changing(async () =>
        (await import('./app/forget-host-key.js')).forgetHostKeyOffline(options, process.env, stdout),
      ),
  },
  { stdout, stderr },
);
process.exitCode = exitCode === 0 ? await afterPrinting() : exitCode;

function changing(work: () => Promise<number>): Promise<number> {
  kind = 'changing';
  return reportingRefusals(work);
}

/** What a person can mend is one sentence on stderr; anything else is a defect and keeps its stack. */
async function reportingRefusals(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof DomainError || isOfSystem(error))) throw error;
    stderr(`ERROR: ${error.message}\n`);
    return 1;
  }
}

/** A file or an address, which the message names. */
function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

/** A server prints but its first lines here, and whoever started it may have gone. */
async function afterPrinting(): Promise<number> {
  const failure = kind === 'serving' ? null : await output.failure();
  if (failure === null) return 0;
  const effect =
    kind === 'changing'
      ? 'the command has done its work, and only its report is lost; it need not be repeated'
      : 'what was printed is incomplete';
  stderr(`ERROR: standard output can't be written (${failure.message}): ${effect}.\n`);
  return 1;
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
