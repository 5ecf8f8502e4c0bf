import type { Command } from 'commander';
import { isId } from '../domain/ids.js';
import type { CommandLineActions, DbImportOptions } from './command-line-options.js';
import { configFile, type OfflineFlags, offlineCommand, type Run, UnusableFlag } from './command-line-parts.js';

interface DbFlags {
  dbfile?: string;
  jsonfile?: string;
  debug: boolean;
}

/** The commands of `heketi db`. */
export function addDbCommands(db: Command, actions: CommandLineActions, run: Run): void {
  const { dbExport, dbCheck } = actions;
  if (dbExport) {
    dbCommand(db, 'export', 'write a database as JSON')
      .option('--jsonfile <file>', 'file to write, - for standard output')
      .action((flags: DbFlags) =>
        run(dbExport({ jsonFile: jsonFile(flags, 'output'), dbFile: dbFile(flags), debug: flags.debug })),
      );
  }
  addImportCommand(db, actions, run);
  if (dbCheck) {
    dbCommand(db, 'consistency-check', 'look for contradictions in a database').action((flags: DbFlags) =>
      run(dbCheck({ dbFile: dbFile(flags), debug: flags.debug })),
    );
  }
  addConvertCommand(db, actions, run);
  addBackupCommands(db, actions, run);
  addCopyCommand(db, actions, run);
  addEmptyPathCommand(db, actions, run);
  addAdoptCommand(db, actions, run);
}

interface ImportFlags extends DbFlags {
  leaveOutDangling: boolean;
  fromUrl?: string;
  user: string;
  secretFile?: string;
  tlsCert: readonly string[];
  insecureTls: boolean;
}

function addImportCommand(db: Command, { dbImport }: CommandLineActions, run: Run): void {
  if (!dbImport) return;
  const listed = (value: string, before: readonly string[]) => [...before, ...value.split(',')];
  dbCommand(db, 'import', 'make a new database from JSON, or from a running server')
    .option('--jsonfile <file>', 'file to read, as db export writes it')
    .option('--from-url <url>', 'server to read the database from, in place of a file: its /db/dump')
    .option('--user <name>', 'user of that server', 'admin')
    .option('--secret-file <file>', "file with that user's secret")
    .option('--tls-cert <file>', 'certificate to trust that server by (PEM); may be given more than once', listed, [])
    .option('--insecure-tls', "do not check that server's certificate", false)
    .option('--leave-out-dangling', 'leave out what refers to records that are not there', false)
    .action((flags: ImportFlags) =>
      run(
        dbImport({
          source: importSource(flags),
          leavesOutDangling: flags.leaveOutDangling,
          dbFile: dbFile(flags),
          debug: flags.debug,
        }),
      ),
    );
}

function importSource(flags: ImportFlags): DbImportOptions['source'] {
  if (!flags.fromUrl) return { jsonFile: jsonFile(flags, 'input') };
  if (flags.jsonfile) throw new UnusableFlag('Please choose between --jsonfile and --from-url');
  return {
    url: flags.fromUrl,
    user: flags.user,
    secretFile: flags.secretFile ?? null,
    certFiles: flags.tlsCert,
    isInsecure: flags.insecureTls,
  };
}

function addConvertCommand(db: Command, { dbConvert }: CommandLineActions, run: Run): void {
  if (!dbConvert) return;
  dbCommand(db, 'convert', "make a database of this server's of Heketi's own one (BoltDB), as its start does")
    .option('--report', 'say what would be done, and change nothing', false)
    .action((flags: DbFlags & { report: boolean }) =>
      run(dbConvert({ dbFile: dbFile(flags), reportsOnly: flags.report })),
    );
}

function addBackupCommands(db: Command, { dbRestore, dbVerify }: CommandLineActions, run: Run): void {
  if (dbRestore) {
    dbCommand(db, 'restore', 'put a backup in the place of a database')
      .argument('<file>', 'the backup, as GET /backup/db answers it, or compressed (gzip)')
      .action((backupFile: string, flags: DbFlags) =>
        run(dbRestore({ backupFile, dbFile: dbFile(flags), debug: flags.debug })),
      );
  }
  if (dbVerify) {
    db.command('verify')
      .description('look whether a backup, or a database, can be used; nothing is changed')
      .argument('<file>', 'a database or a copy of one, compressed (gzip) or not')
      .allowExcessArguments(false)
      .action((file: string) => run(dbVerify({ file })));
  }
}

function addCopyCommand(db: Command, { dbCopy }: CommandLineActions, run: Run): void {
  if (!dbCopy) return;
  db.command('copy')
    .description('move a database from a file to a PostgreSQL, or back')
    .allowExcessArguments(false)
    .option('--from <database>', 'file, or postgres://USER@HOST/DATABASE')
    .option('--to <database>', 'a database that holds nothing: the other one of the two')
    .option('--password-file <file>', 'file with the password of the PostgreSQL')
    .action(({ from, to, passwordFile }: { from?: string; to?: string; passwordFile?: string }) => {
      if (!from || !to) throw new UnusableFlag('Please provide both --from and --to');
      return run(dbCopy({ from, to, passwordFile: passwordFile ?? null }));
    });
}

interface AdoptFlags extends OfflineFlags {
  topology?: string;
  volume?: string;
  apply: boolean;
}

function addAdoptCommand(db: Command, { dbAdopt }: CommandLineActions, run: Run): void {
  if (!dbAdopt) return;
  offlineCommand(db, 'adopt', 'make records again from what the hosts have; only shows them without --apply')
    .option('--topology <file>', 'make a new database of the hosts in this file, as topology load reads it')
    .option('--volume <name>', 'take this volume into the database that is there')
    .option('--apply', 'write what was found', false)
    .action((flags: AdoptFlags) => {
      const { topology, volume, apply: applies } = flags;
      const options = { configFile: configFile(flags), applies };
      if (topology && !volume) return run(dbAdopt({ ...options, topologyFile: topology, volume: null }));
      if (volume && !topology) return run(dbAdopt({ ...options, topologyFile: null, volume }));
      throw new UnusableFlag('Please choose either --topology or --volume');
    });
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

function dbCommand(db: Command, name: string, description: string): Command {
  return db
    .command(name)
    .description(description)
    .allowExcessArguments(false)
    .option('--dbfile <file>', 'database file')
    .option('--debug', 'log more', false);
}

function dbFile(flags: DbFlags): string {
  if (!flags.dbfile) throw new UnusableFlag('Please provide path for db file (--dbfile)');
  return flags.dbfile;
}

function jsonFile(flags: DbFlags, direction: 'input' | 'output'): string {
  if (!flags.jsonfile) throw new UnusableFlag(`Please provide file for ${direction} (--jsonfile)`);
  return flags.jsonfile;
}

function ids(list: string | undefined): readonly string[] {
  if (!list) return [];
  const all = list.split(',').map((id) => id.trim());
  const malformed = all.find((id) => !isId(id));
  if (malformed !== undefined)
    throw new UnusableFlag(`${JSON.stringify(malformed)} is not an id: ids have 32 hex digits`);
  return all;
}
