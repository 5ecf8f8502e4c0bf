import { Command, CommanderError } from 'commander';
import { DATABASE_VOLUME_NAME } from '../domain/database-volume.js';
import { isId } from '../domain/ids.js';

export interface ServeOptions {
  readonly configFile: string;
  readonly disableAuth: boolean;
}

export interface DbFileOptions {
  readonly dbFile: string;
  readonly debug: boolean;
}

export interface DbExportOptions extends DbFileOptions {
  /** `-` for standard output. */
  readonly jsonFile: string;
}

export interface DbRestoreOptions extends DbFileOptions {
  readonly backupFile: string;
}

export interface DbImportOptions extends DbFileOptions {
  readonly jsonFile: string;
}

/** With `all` the lists are empty. */
export interface EmptyPathOptions extends DbFileOptions {
  readonly all: boolean;
  readonly clusters: readonly string[];
  readonly nodes: readonly string[];
  readonly devices: readonly string[];
}

export interface OfflineOptions {
  readonly configFile: string;
}

export interface UpdateDbVolumeOptions extends OfflineOptions {
  readonly volumeName: string;
}

export interface ForgetHostKeyOptions extends OfflineOptions {
  /** A manage name. */
  readonly host: string;
}

/** What the commands do; each answers the exit code. A command without its action is not in the tree. */
export interface CommandLineActions {
  serve(options: ServeOptions): Promise<number>;
  dbExport?(options: DbExportOptions): Promise<number>;
  dbImport?(options: DbImportOptions): Promise<number>;
  dbRestore?(options: DbRestoreOptions): Promise<number>;
  dbCheck?(options: DbFileOptions): Promise<number>;
  dbDeleteBricksWithEmptyPath?(options: EmptyPathOptions): Promise<number>;
  offlineCleanupOperations?(options: OfflineOptions): Promise<number>;
  offlineExamineGluster?(options: OfflineOptions): Promise<number>;
  offlineUpdateDbVolume?(options: UpdateDbVolumeOptions): Promise<number>;
  offlineForgetHostKey?(options: ForgetHostKeyOptions): Promise<number>;
}

export interface CommandLineOutput {
  stdout(text: string): void;
  stderr(text: string): void;
}

/** A line the program does not understand, such as an unknown flag. */
const USAGE_EXIT_CODE = 255;

const SUCCESS = 0;
const FAILURE = 1;

/** Booleans may be written `--disable-auth=true`, as the original's parser allows. */
const BOOLEAN_FLAGS = ['disable-auth', 'version', 'debug', 'all'];

/**
 * Reads the arguments of the `heketi` program (without node and script) and runs one action. Answers the exit code:
 * the action's, or 255 for a line that can't be understood and 1 for a missing file name, with a message.
 */
export async function runCommandLine(
  argv: readonly string[],
  version: string,
  actions: CommandLineActions,
  output: CommandLineOutput,
): Promise<number> {
  let exitCode = SUCCESS;
  const run = async (action: Promise<number>): Promise<void> => {
    exitCode = await action;
  };
  const program = buildProgram(version, actions, output, run);
  try {
    await program.parseAsync(spellBooleans(argv), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof UnusableFlag) {
      output.stderr(`${error.message}\n`);
      return FAILURE;
    }
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? SUCCESS : USAGE_EXIT_CODE;
  }
}

/** A flag that is missing or holds nonsense; unlike an unknown one it ends with exit code 1. */
class UnusableFlag extends Error {}

type Run = (action: Promise<number>) => Promise<void>;

function buildProgram(version: string, actions: CommandLineActions, output: CommandLineOutput, run: Run): Command {
  const program = new Command('heketi')
    .description('Manages the life cycle of GlusterFS volumes.')
    .option('--config <file>', 'configuration file')
    .option('--disable-auth', 'accept every request without a token', false)
    .option('-v, --version', 'print the version', false)
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .enablePositionalOptions()
    .allowExcessArguments()
    .exitOverride()
    .configureOutput({ writeOut: output.stdout, writeErr: output.stderr })
    .action(async (options: { config?: string; disableAuth: boolean; version: boolean }) => {
      refuseUnknownCommand(program);
      output.stdout(`Heketi ${version} (using node: ${process.version})\n`);
      if (options.version) return;
      if (!options.config) throw new UnusableFlag('Please provide configuration file');
      await run(actions.serve({ configFile: options.config, disableAuth: options.disableAuth }));
    });
  const { dbExport, dbImport, dbRestore, dbCheck, dbDeleteBricksWithEmptyPath } = actions;
  if (dbExport ?? dbImport ?? dbRestore ?? dbCheck ?? dbDeleteBricksWithEmptyPath) {
    addDbCommands(group(program, 'db', 'work on a database file while no server uses it'), actions, run);
  }
  const { offlineCleanupOperations, offlineExamineGluster, offlineUpdateDbVolume, offlineForgetHostKey } = actions;
  if (offlineCleanupOperations ?? offlineExamineGluster ?? offlineUpdateDbVolume ?? offlineForgetHostKey) {
    addOfflineCommands(group(program, 'offline', 'maintenance while no server runs'), actions, run);
  }
  return program;
}

/** A command that only holds others; alone it shows its help. */
function group(parent: Command, name: string, description: string): Command {
  const command = parent.command(name).description(description).allowExcessArguments();
  return command.action(() => {
    refuseUnknownCommand(command);
    command.outputHelp();
  });
}

function refuseUnknownCommand(command: Command): void {
  const [unknown] = command.args;
  if (unknown !== undefined) command.error(`Error: unknown command "${unknown}" for "${command.name()}"`);
}

interface DbFlags {
  dbfile?: string;
  jsonfile?: string;
  debug: boolean;
}

function addDbCommands(db: Command, actions: CommandLineActions, run: Run): void {
  const { dbExport, dbImport, dbCheck } = actions;
  if (dbExport) {
    dbCommand(db, 'export', 'write a database as JSON')
      .option('--jsonfile <file>', 'file to write, - for standard output')
      .action((flags: DbFlags) =>
        run(dbExport({ jsonFile: jsonFile(flags, 'output'), dbFile: dbFile(flags), debug: flags.debug })),
      );
  }
  if (dbImport) {
    dbCommand(db, 'import', 'make a new database from JSON')
      .option('--jsonfile <file>', 'file to read, as db export writes it')
      .action((flags: DbFlags) =>
        run(dbImport({ jsonFile: jsonFile(flags, 'input'), dbFile: dbFile(flags), debug: flags.debug })),
      );
  }
  const { dbRestore } = actions;
  if (dbRestore) {
    dbCommand(db, 'restore', 'put a backup in the place of a database')
      .argument('<file>', 'the backup, as GET /backup/db answers it')
      .action((backupFile: string, flags: DbFlags) =>
        run(dbRestore({ backupFile, dbFile: dbFile(flags), debug: flags.debug })),
      );
  }
  if (dbCheck) {
    dbCommand(db, 'consistency-check', 'look for contradictions in a database').action((flags: DbFlags) =>
      run(dbCheck({ dbFile: dbFile(flags), debug: flags.debug })),
    );
  }
  addEmptyPathCommand(db, actions, run);
}

interface EmptyPathFlags extends DbFlags {
  all: boolean;
  clusters?: string;
  nodes?: string;
  devices?: string;
}

function addEmptyPathCommand(db: Command, actions: CommandLineActions, run: Run): void {
  const { dbDeleteBricksWithEmptyPath } = actions;
  if (!dbDeleteBricksWithEmptyPath) return;
  dbCommand(db, 'delete-bricks-with-empty-path', 'remove bricks without a path and free their space')
    .option('--all', 'in all clusters', false)
    .option('--clusters <ids>', 'comma-separated ids of clusters')
    .option('--nodes <ids>', 'comma-separated ids of nodes')
    .option('--devices <ids>', 'comma-separated ids of devices')
    .action((flags: EmptyPathFlags) => {
      const chosen = { clusters: ids(flags.clusters), nodes: ids(flags.nodes), devices: ids(flags.devices) };
      const options = { dbFile: dbFile(flags), debug: flags.debug, all: flags.all };
      if (flags.all) return run(dbDeleteBricksWithEmptyPath({ ...options, clusters: [], nodes: [], devices: [] }));
      if (chosen.clusters.length + chosen.nodes.length + chosen.devices.length === 0) {
        throw new UnusableFlag('Please choose with --all, --clusters, --nodes or --devices whose bricks to remove');
      }
      return run(dbDeleteBricksWithEmptyPath({ ...options, ...chosen }));
    });
}

function addOfflineCommands(offline: Command, actions: CommandLineActions, run: Run): void {
  const { offlineCleanupOperations, offlineExamineGluster, offlineUpdateDbVolume, offlineForgetHostKey } = actions;
  if (offlineCleanupOperations) {
    offlineCommand(offline, 'cleanup-operations', 'finish or undo all pending operations').action((flags) =>
      run(offlineCleanupOperations({ configFile: configFile(flags) })),
    );
  }
  if (offlineExamineGluster) {
    const state = group(offline, 'state', 'look at the state of the storage pool');
    const examine = group(state, 'examine', 'compare the database with the hosts');
    offlineCommand(examine, 'gluster', 'compare the database with what gluster reports').action((flags) =>
      run(offlineExamineGluster({ configFile: configFile(flags) })),
    );
  }
  if (offlineUpdateDbVolume) {
    offlineCommand(offline, 'update-dbvol', "set the recommended options on the volume of heketi's own database")
      .option('--force-volume-name <name>', 'volume to update', DATABASE_VOLUME_NAME)
      .action((flags: OfflineFlags & { forceVolumeName: string }) =>
        run(offlineUpdateDbVolume({ configFile: configFile(flags), volumeName: flags.forceVolumeName })),
      );
  }
  if (offlineForgetHostKey) {
    offlineCommand(offline, 'forget-host-key', 'accept a new SSH key of a host that was installed anew')
      .argument('<host>', 'manage name of the host')
      .action((host: string, flags: OfflineFlags) =>
        run(offlineForgetHostKey({ configFile: configFile(flags), host })),
      );
  }
}

interface OfflineFlags {
  config?: string;
}

function dbCommand(db: Command, name: string, description: string): Command {
  return db
    .command(name)
    .description(description)
    .allowExcessArguments(false)
    .option('--dbfile <file>', 'database file')
    .option('--debug', 'log more', false);
}

function offlineCommand(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .allowExcessArguments(false)
    .option('--config <file>', 'configuration file');
}

function dbFile(flags: DbFlags): string {
  if (!flags.dbfile) throw new UnusableFlag('Please provide path for db file (--dbfile)');
  return flags.dbfile;
}

function jsonFile(flags: DbFlags, direction: 'input' | 'output'): string {
  if (!flags.jsonfile) throw new UnusableFlag(`Please provide file for ${direction} (--jsonfile)`);
  return flags.jsonfile;
}

function configFile(flags: OfflineFlags): string {
  if (!flags.config) throw new UnusableFlag('Please provide configuration file (--config)');
  return flags.config;
}

function ids(list: string | undefined): readonly string[] {
  if (!list) return [];
  const all = list.split(',').map((id) => id.trim());
  const malformed = all.find((id) => !isId(id));
  if (malformed !== undefined)
    throw new UnusableFlag(`${JSON.stringify(malformed)} is not an id: ids have 32 hex digits`);
  return all;
}

function spellBooleans(argv: readonly string[]): string[] {
  return argv.flatMap((argument) => {
    const match = /^--([a-z-]+)=(.+)$/.exec(argument);
    if (!match || !BOOLEAN_FLAGS.includes(match[1] ?? '')) return [argument];
    if (/^(1|t|true)$/i.test(match[2] ?? '')) return [`--${match[1]}`];
    return /^(0|f|false)$/i.test(match[2] ?? '') ? [] : [argument];
  });
}
