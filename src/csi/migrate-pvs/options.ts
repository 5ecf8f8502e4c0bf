/** Where the cluster is, and where the truth about volumes. */
export interface MigrationOptions {
  readonly kubeconfig?: string;
  readonly driverName: string;
  /** URLs; empty: the servers that StorageClasses name. */
  readonly server: readonly string[];
  readonly user: string;
  readonly keyFile?: string;
  /** Files. */
  readonly tlsCert: readonly string[];
}

export interface InventoryOptions extends MigrationOptions {
  /** A database of Heketi's, or an export, in place of servers. */
  readonly database?: string;
}

export interface PlanOptions extends MigrationOptions {
  readonly replaceClasses: boolean;
}

export interface RunOptions {
  readonly kubeconfig?: string;
  readonly dryRun: boolean;
  /** Names of objects; empty: all. */
  readonly only: readonly string[];
}

/** What the command line asks for. */
export type Migration =
  | { readonly do: 'inventory'; readonly options: InventoryOptions }
  | { readonly do: 'plan'; readonly file: string; readonly options: PlanOptions }
  | { readonly do: 'run' | 'rollback'; readonly file: string; readonly options: RunOptions };
