import { Command, CommanderError } from 'commander';
import { DATABASE_VOLUME_NAME } from '../domain/database-volume.js';
import type { CommandLineActions } from './command-line-options.js';
import { configFile, type OfflineFlags, offlineCommand, type Run, UnusableFlag } from './command-line-parts.js';
import { addDbCommands } from './database-command-line.js';

export interface CommandLineOutput {
  stdout(text: string): void;
  stderr(text: string): void;
}

/** A line the program does not understand, such as an unknown flag. */
const USAGE_EXIT_CODE = 255;

const SUCCESS = 0;
const FAILURE = 1;

/** Booleans may be written `--disable-auth=true`, as the original's parser allows. */
const BOOLEAN_FLAGS = [
  'disable-auth',
  'version',
  'debug',
  'all',
  'report',
  'leave-out-dangling',
  'insecure-tls',
  'apply',
];

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
      output.stdout(versionLine(version));
      if (options.version) return;
      if (!options.config) throw new UnusableFlag('Please provide configuration file');
      await run(actions.serve({ configFile: options.config, disableAuth: options.disableAuth }));
    });
  addContainerCommand(program, version, actions, output, run);
  const { dbExport, dbImport, dbRestore, dbConvert, dbCopy, dbVerify, dbCheck, dbDeleteBricksWithEmptyPath } = actions;
  if (dbExport ?? dbImport ?? dbRestore ?? dbConvert ?? dbCopy ?? dbVerify ?? dbCheck ?? dbDeleteBricksWithEmptyPath) {
    addDbCommands(group(program, 'db', 'work on a database file while no server uses it'), actions, run);
  }
  const { offlineCleanupOperations, offlineExamineGluster, offlineUpdateDbVolume, offlineForgetHostKey } = actions;
  if (offlineCleanupOperations ?? offlineExamineGluster ?? offlineUpdateDbVolume ?? offlineForgetHostKey) {
    addOfflineCommands(group(program, 'offline', 'maintenance while no server runs'), actions, run);
  }
  return program;
}

function versionLine(version: string): string {
  return `Heketi ${version} (using node: ${process.version})\n`;
}

function addContainerCommand(
  program: Command,
  version: string,
  { containerStart }: CommandLineActions,
  output: CommandLineOutput,
  run: Run,
): void {
  if (!containerStart) return;
  offlineCommand(program, 'container-start', 'prepare the data volume of a container, then serve').action((flags) => {
    output.stdout(versionLine(version));
    return run(containerStart({ configFile: flags.config || null }));
  });
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

function spellBooleans(argv: readonly string[]): string[] {
  return argv.flatMap((argument) => {
    const match = /^--([a-z-]+)=(.+)$/.exec(argument);
    if (!match || !BOOLEAN_FLAGS.includes(match[1] ?? '')) return [argument];
    if (/^(1|t|true)$/i.test(match[2] ?? '')) return [`--${match[1]}`];
    return /^(0|f|false)$/i.test(match[2] ?? '') ? [] : [argument];
  });
}
