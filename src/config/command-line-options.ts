export interface ServeOptions {
  readonly configFile: string;
  readonly disableAuth: boolean;
}

export interface ContainerStartOptions {
  /** Null: as the environment says. */
  readonly configFile: string | null;
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

export interface DbConvertOptions {
  readonly dbFile: string;
  /** Only says what would be done. */
  readonly reportsOnly: boolean;
}

export interface DbVerifyOptions {
  /** A database or a copy of one, compressed or not. */
  readonly file: string;
}

/** One of the two is the URL of a PostgreSQL, as `db` of the configuration has it, the other one a file. */
export interface DbCopyOptions {
  readonly from: string;
  readonly to: string;
  /** With the password of the PostgreSQL; null: none, or the URL has it. */
  readonly passwordFile: string | null;
}

/** A running server whose database is taken over. */
export interface RemoteDump {
  readonly url: string;
  /** Who asks: `iss` of the token. */
  readonly user: string;
  /** Null for a server without authentication. */
  readonly secretFile: string | null;
  /** PEM files that replace the system's trust store. */
  readonly certFiles: readonly string[];
  readonly isInsecure: boolean;
}

export interface DbImportOptions extends DbFileOptions {
  readonly source: { readonly jsonFile: string } | RemoteDump;
  /** Not only to name what refers to nothing, but to leave it out. */
  readonly leavesOutDangling: boolean;
}

/** With `all` the lists are empty. */
export interface EmptyPathOptions extends DbFileOptions {
  readonly all: boolean;
  readonly clusters: readonly string[];
  readonly nodes: readonly string[];
  readonly devices: readonly string[];
}

/** Either all that a topology file names, for a database that is lost, or one volume into a database that is there. */
export type AdoptOptions = OfflineOptions & {
  /** Without it nothing is written. */
  readonly applies: boolean;
} & (
    | { readonly topologyFile: string; readonly volume: null }
    | { readonly topologyFile: null; readonly volume: string }
  );

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
  containerStart?(options: ContainerStartOptions): Promise<number>;
  dbExport?(options: DbExportOptions): Promise<number>;
  dbImport?(options: DbImportOptions): Promise<number>;
  dbRestore?(options: DbRestoreOptions): Promise<number>;
  dbConvert?(options: DbConvertOptions): Promise<number>;
  dbCopy?(options: DbCopyOptions): Promise<number>;
  dbVerify?(options: DbVerifyOptions): Promise<number>;
  dbCheck?(options: DbFileOptions): Promise<number>;
  dbDeleteBricksWithEmptyPath?(options: EmptyPathOptions): Promise<number>;
  dbAdopt?(options: AdoptOptions): Promise<number>;
  offlineCleanupOperations?(options: OfflineOptions): Promise<number>;
  offlineExamineGluster?(options: OfflineOptions): Promise<number>;
  offlineUpdateDbVolume?(options: UpdateDbVolumeOptions): Promise<number>;
  offlineForgetHostKey?(options: ForgetHostKeyOptions): Promise<number>;
}
