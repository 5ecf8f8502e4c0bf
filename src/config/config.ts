import type { ZoneChecking } from '../domain/allocator/types.js';
import type { HostSettings } from '../executors/commands/host/host-settings.js';
import type { LogLevel } from '../logging/log-level.js';
import type { PostgresTarget } from '../store/store-config.js';

/** Everything the server can be told, checked and frozen: heketi.json, environment and flags in our own words. */
export interface Config {
  /** 0: any free port. */
  readonly httpPort: number;
  /** PEM files, or null for plain HTTP. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly isAuthDisabled: boolean;
  readonly jwt: JwtSettings;
  readonly defaultState: AdminState;
  /** Asked for by name only: Node has no pprof endpoints. */
  readonly profiling: boolean;
  /** The web console, under /console/. */
  readonly servesConsole: boolean;
  readonly backupToKubeSecret: boolean;
  readonly kubeSecretName: string;
  readonly backupDirectory: BackupDirectorySettings;
  readonly events: RetentionSettings;
  readonly audit: RetentionSettings;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** Null: the database is on PostgreSQL. */
  readonly dbFile: string | null;
  readonly postgres: PostgresTarget | null;
  readonly dbReadOnly: boolean;
  readonly limits: Limits;
  /** What `user.heketi.zone-checking` of a volume overrides. */
  readonly zoneChecking: ZoneChecking;
  /** Comma lists, '' for none. */
  readonly preRequestOptions: string;
  readonly postRequestOptions: string;
  readonly blockHosting: BlockHostingSettings;
  readonly monitor: BackgroundTask;
  readonly cleaner: BackgroundTask;
  readonly nodeRepair: NodeRepairSettings;
  readonly deviceCheck: DeviceCheckSettings;
  readonly usageSurvey: BackgroundTask;
  /** Operations at a time before requests are refused (429); null: they wait in order instead. */
  readonly maxInflight: number | null;
  readonly concurrency: Concurrency;
  /** How long the removal of a device or node waits for the heal of a brick set. */
  readonly healLimitSeconds: number;
  /** How long running operations may take to end after a request to stop. */
  readonly shutdownLimitSeconds: number;
  /** Further tries of a volume create after the first one failed on the hosts. */
  readonly volumeCreateRetries: number;
  readonly executor: ExecutorKind;
  /** The `injectexec` section as it was written when the executor is `inject/...`; null otherwise. */
  readonly injection: { readonly raw: unknown } | null;
  readonly hostSettings: HostSettings;
  readonly ssh: SshSettings;
  readonly kube: KubeSettings;
  readonly mock: MockSettings;
}

/** In-flight value that refuses nobody: a negative `HEKETI_MAX_INFLIGHT_OPERATIONS`. */
export const UNLIMITED_INFLIGHT = Number.MAX_SAFE_INTEGER;

export type AdminState = 'normal' | 'read-only' | 'local-client';

export type ExecutorKind = 'ssh' | 'kube' | 'mock';

export type LogFormat = 'json' | 'text';

export interface JwtSettings {
  /** HMAC secrets; '' only when authentication is off or for offline commands. */
  readonly adminKey: string;
  readonly userKey: string;
  /** How far in the future a token's `iat` may lie. */
  readonly iatLeewaySeconds: number;
}

export interface Limits {
  readonly minBrickGib: number;
  readonly maxBrickGib: number;
  readonly maxBricksPerVolume: number;
  /** Arbiter bricks are sized for files of this size; `user.heketi.average-file-size` of a volume overrides it. */
  readonly averageFileKib: number;
  readonly maxVolumesPerCluster: number;
}

/** How much runs side by side; all of it from 1 on. */
export interface Concurrency {
  /** Operations in one cluster; others of the same cluster wait in order. */
  readonly operationsPerCluster: number;
  /** Commands that change gluster volumes, in one cluster. */
  readonly glusterChangesPerCluster: number;
  /** Bricks that are made or removed on one host. */
  readonly bricksPerHost: number;
  /** Bricks of one removal that wait for the heal of their sets. */
  readonly healsPerRemoval: number;
}

export interface BlockHostingSettings {
  readonly autoCreate: boolean;
  readonly sizeGib: number;
  /** Comma list put before the options of every block hosting volume. */
  readonly options: string;
}

export interface BackgroundTask {
  readonly isEnabled: boolean;
  /** Delay of the first run after the start. */
  readonly startSeconds: number;
  readonly refreshSeconds: number;
}

export interface NodeRepairSettings extends BackgroundTask {
  /** Compares and reports, but changes nothing by itself. */
  readonly isReportOnly: boolean;
}

export interface DeviceCheckSettings extends BackgroundTask {
  /** Looks and reports, but takes no sizes into the books by itself. */
  readonly isReportOnly: boolean;
}

export interface BackupDirectorySettings {
  /** Null: no backups to a directory. */
  readonly path: string | null;
  readonly backupEverySeconds: number;
  /** How many of them stay; from 1 on. */
  readonly backupsKept: number;
}

/** How long something is kept: whichever is less; both from 1 on. */
export interface RetentionSettings {
  readonly keepDays: number;
  readonly keepCount: number;
}

export interface SshSettings {
  readonly keyFile: string;
  readonly user: string;
  readonly port: number;
  /** Run every command through sudo. */
  readonly useSudo: boolean;
  /** known_hosts files; empty: a host's key is kept at the first connection and must stay the same. */
  readonly knownHosts: readonly string[];
  /** Channels at a time on one connection: below MaxSessions of the hosts' sshd, which is 10 by default. */
  readonly maxSessions: number;
}

export interface KubeSettings {
  /** Where the gluster pods live; null: the namespace of this pod's service account. */
  readonly namespace: string | null;
  /** A manage name is the name of a Kubernetes node. */
  readonly isDaemonset: boolean;
  /** A manage name is the name of a pod; wins over `isDaemonset`. */
  readonly usePodNames: boolean;
  /** Exec streams at a time; null: no limit. */
  readonly maxConnections: number | null;
  /** Exec streams at a time in one pod: far fewer than the 28 at which its runtime stalls. */
  readonly maxPerPod: number;
  /** kubeconfig files, `:` between them, in place of the service account of this pod; null: none. */
  readonly kubeconfig: string | null;
}

export interface MockSettings {
  /** Size of a device that no topology describes. */
  readonly deviceSizeGib: number;
  /** `lenient` answers as the original's mock executor; `strict` refuses what real tools refuse. */
  readonly mode: 'lenient' | 'strict';
  /** topology.json with device sizes from which simulated hosts are made; null: none. */
  readonly topologyFile: string | null;
  /** Unix socket of a process that holds the simulated hosts; null: they live in this process. */
  readonly socketPath: string | null;
}
