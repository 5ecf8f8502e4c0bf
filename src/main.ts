import './app/admin-signals.js';
import { readFileSync } from 'node:fs';
import { PrintedOutput } from './app/printed-output.js';
import { isRefusal } from './app/refusal.js';
import { runCommandLine } from './config/command-line.js';

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
    containerStart: (options) => {
      kind = 'serving';
      return reportingRefusals(async () =>
        (await import('./app/container/container-start.js')).startContainer(options, version(), stdout),
      );
    },
    offlineCleanupOperations: (options) =>
      changing(async () => (await import('./app/serve.js')).cleanUpOffline(options, stdout)),
    offlineExamineGluster: (options) =>
      reportingRefusals(async () => (await offlinePool()).examineOffline(options, stdout)),
    offlineUpdateDbVolume: (options) =>
      changing(async () => (await offlinePool()).updateDatabaseVolume(options, stdout)),
    dbExport: (options) =>
      reportingRefusals(async () => (await databaseCommands()).exportDatabase(options, stdout, stderr)),
    dbImport: (options) =>
      changing(async () => (await import('./app/import-database.js')).importDatabaseFile(options, stdout)),
    dbRestore: (options) =>
      changing(async () => (await import('./app/restore-database.js')).restoreDatabase(options, stdout)),
    dbConvert: (options) => {
      const convert = async () =>
        (await import('./app/conversion/convert-command.js')).convertDatabaseFile(options, stdout);
      return options.reportsOnly ? reportingRefusals(convert) : changing(convert);
    },
    dbCopy: (options) => changing(async () => (await import('./app/copy-database.js')).copyDatabase(options, stdout)),
    dbVerify: (options) =>
      reportingRefusals(async () => (await import('./app/verify-database.js')).verifyDatabase(options, stdout)),
    dbCheck: (options) => reportingRefusals(async () => (await databaseCommands()).checkDatabaseFile(options, stdout)),
    dbDeleteBricksWithEmptyPath: (options) =>
      changing(async () => (await databaseCommands()).deleteBricksWithEmptyPath(options, stdout)),
    dbAdopt: (options) =>
      (options.applies ? changing : reportingRefusals)(async () =>
        (await import('./app/adopt-pool.js')).adopt(options, stdout),
      ),
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
    if (!isRefusal(error)) throw error;
    stderr(`ERROR: ${error.message}\n`);
    return 1;
  }
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
