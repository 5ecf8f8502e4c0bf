import { readFileSync } from 'node:fs';
import type { ZoneChecking } from '../domain/allocator/types.js';
import { isLogLevel, LOG_LEVELS, type LogLevel } from '../logging/log-level.js';
import type {
  AdminState,
  BackgroundTask,
  BackupDirectorySettings,
  BlockHostingSettings,
  Concurrency,
  Config,
  DeviceCheckSettings,
  JwtSettings,
  Limits,
  NodeRepairSettings,
} from './config.js';
import { UNLIMITED_INFLIGHT } from './config.js';
import { ConfigError } from './config-error.js';
import {
  createEnvironmentReader,
  type Environment,
  type EnvironmentReader,
  warnAboutUnknownVariables,
} from './environment.js';
import { readHeketiJson } from './heketi-json.js';
import type { HeketiJson } from './heketi-json.schema.js';
import { hostSettings, kubeSettings, mockSettings, parseExecutor, parsePort, sshSettings } from './host-config.js';
import { boundSeconds, LONGEST_SECONDS } from './longest-seconds.js';
import { parsePostgresTarget } from './postgres-target.js';

const DEVICE_CHECK_MODES = ['correct', 'report', 'off'] as const;
const USAGE_SURVEY_MODES = ['on', 'off'] as const;
const NODE_REPAIR_MODES = ['repair', 'report', 'off'] as const;

type Glusterfs = NonNullable<HeketiJson['glusterfs']>;

export interface ConfigSources {
  /** Path of heketi.json. */
  readonly file: string;
  readonly env: Environment;
  readonly flags: {
    readonly disableAuth: boolean;
    /** True for the `offline ...` commands: no keys are needed, and the variables of the HTTP side are not read. */
    readonly isOffline?: boolean;
  };
}

export interface LoadedConfig {
  readonly config: Config;
  /** Sentences for the log: unknown keys, ignored values. None of them holds a secret. */
  readonly warnings: readonly string[];
}

/** Reads everything the server can be told; flag over environment over file over default. Throws ConfigError. */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const { json, warnings } = readHeketiJson(readConfigFile(sources.file));
  const all = [...warnings];
  const config = buildConfig(json, sources, all);
  return { config: deepFreeze(config), warnings: all };
}

function readConfigFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(`Unable to open config file ${file}: ${(cause as Error).message}`, { cause });
  }
}

function buildConfig(json: HeketiJson, { env: variables, flags }: ConfigSources, warnings: string[]): Config {
  const env = createEnvironmentReader(variables, warnings);
  warnAboutUnknownVariables(variables, warnings);
  const isOffline = flags.isOffline ?? false;
  const server = isOffline ? createEnvironmentReader({}, warnings) : env;
  const { glusterfs } = json;
  if (!glusterfs)
    throw new ConfigError('Missing section "glusterfs" in the configuration: it names executor and database');

  const executor = parseExecutor(env.text('HEKETI_EXECUTOR') ?? glusterfs.executor ?? '');
  return {
    httpPort: isOffline ? 0 : parsePort('port', server.text('HEKETI_HTTP_PORT') ?? (json.port || '0'), 0),
    tls: tlsFiles(json, isOffline),
    isAuthDisabled: flags.disableAuth,
    jwt: jwtSettings(json, server, flags.disableAuth || isOffline),
    defaultState: isOffline ? 'normal' : adminState(server.text('HEKETI_DEFAULT_STATE') ?? json.default_state ?? ''),
    profiling: server.presence('HEKETI_PROFILING') || (json.profiling ?? false),
    servesConsole: json.console ?? true,
    backupToKubeSecret: server.presence('HEKETI_BACKUP_DB_TO_KUBE_SECRET') || (json.backup_db_to_kube_secret ?? false),
    kubeSecretName: env.text('HEKETI_KUBE_DB_SECRET_NAME') ?? 'heketi-db-backup',
    backupDirectory: backupDirectory(glusterfs, env, warnings),
    events: { keepDays: json.events?.keep_days || 90, keepCount: json.events?.keep_count || 100_000 },
    audit: { keepDays: json.audit?.keep_days || 365, keepCount: json.audit?.keep_count || 100_000 },
    logLevel: logLevel(env.text('HEKETI_GLUSTERAPP_LOGLEVEL') ?? glusterfs.loglevel ?? '', warnings),
    logFormat: env.choice('MORTAR_LOG_FORMAT', ['json', 'text']) ?? 'json',
    ...database(glusterfs, env),
    limits: limits(glusterfs, env, warnings),
    zoneChecking: zoneChecking(env.text('HEKETI_ZONE_CHECKING') ?? glusterfs.zone_checking ?? '', warnings),
    preRequestOptions: env.text('HEKETI_PRE_REQUEST_VOLUME_OPTIONS') ?? glusterfs.pre_request_volume_options ?? '',
    postRequestOptions: env.text('HEKETI_POST_REQUEST_VOLUME_OPTIONS') ?? glusterfs.post_request_volume_options ?? '',
    blockHosting: blockHosting(glusterfs, env),
    monitor: monitor(glusterfs, env, warnings),
    cleaner: cleaner(glusterfs, env, warnings),
    nodeRepair: nodeRepair(glusterfs, env, warnings),
    deviceCheck: deviceCheck(glusterfs, env, warnings),
    usageSurvey: usageSurvey(glusterfs, env, warnings),
    maxInflight: maxInflight(glusterfs, env),
    concurrency: concurrency(env),
    healLimitSeconds: env.integer('MORTAR_HEAL_LIMIT_SECONDS', { min: 1, max: LONGEST_SECONDS }) ?? 7 * 86_400,
    shutdownLimitSeconds: env.integer('MORTAR_SHUTDOWN_LIMIT_SECONDS', { min: 0, max: LONGEST_SECONDS }) ?? 20,
    volumeCreateRetries: positiveOr(glusterfs.operation_retry_limits?.volume_create, 4),
    executor: executor.kind,
    injection: executor.isInjected ? { raw: glusterfs.injectexec ?? {} } : null,
    hostSettings: hostSettings(executor.kind, glusterfs, env, warnings),
    ssh: sshSettings(executor.kind === 'ssh', glusterfs, env),
    kube: kubeSettings(glusterfs, env),
    mock: mockSettings(env),
  };
}

function database(glusterfs: Glusterfs, env: EnvironmentReader): Pick<Config, 'dbFile' | 'dbReadOnly' | 'postgres'> {
  const url = env.text('MORTAR_DATABASE_URL');
  const named = url ?? env.text('HEKETI_DB_PATH') ?? (glusterfs.db || 'heketi.db');
  const postgres = parsePostgresTarget(named, env.text('MORTAR_DATABASE_PASSWORD_FILE'));
  if (url !== null && postgres === null)
    throw new ConfigError(
      'MORTAR_DATABASE_URL must begin with postgres://; a database file is named by HEKETI_DB_PATH',
    );
  const dbReadOnly = glusterfs.db_read_only ?? false;
  if (postgres && dbReadOnly)
    throw new ConfigError('glusterfs.db_read_only is set: it is for a database file, and this one is on PostgreSQL');
  return { dbFile: postgres ? null : named, dbReadOnly, postgres };
}

function tlsFiles(json: HeketiJson, isOffline: boolean): Config['tls'] {
  if (isOffline || !json.enable_tls) return null;
  if (!json.cert_file || !json.key_file)
    throw new ConfigError('enable_tls is set: cert_file and key_file must name PEM files');
  return { certFile: json.cert_file, keyFile: json.key_file };
}

function jwtSettings(json: HeketiJson, env: EnvironmentReader, mayLackKeys: boolean): JwtSettings {
  const adminKey = env.text('HEKETI_ADMIN_KEY') ?? json.jwt?.admin?.key ?? '';
  const userKey = env.text('HEKETI_USER_KEY') ?? json.jwt?.user?.key ?? '';
  if (!mayLackKeys && (adminKey === '' || userKey === '')) {
    throw new ConfigError(
      'Missing JWT information in config file: set jwt.admin.key and jwt.user.key (or HEKETI_ADMIN_KEY and ' +
        'HEKETI_USER_KEY), both of them, or start with --disable-auth',
    );
  }
  return { adminKey, userKey, iatLeewaySeconds: env.integer('HEKETI_JWT_IAT_LEEWAY_SECONDS', { min: 0 }) ?? 120 };
}

function adminState(text: string): AdminState {
  if (text === '') return 'normal';
  if (text === 'normal' || text === 'read-only' || text === 'local-client') return text;
  throw new ConfigError(
    `unable to set admin state: unknown state ${JSON.stringify(text)}; default_state is normal, read-only or local-client`,
  );
}

function logLevel(text: string, warnings: string[]): LogLevel {
  if (isLogLevel(text)) return text;
  if (text !== '') {
    warnings.push(`unknown log level ${JSON.stringify(text)}: info is used; the levels are ${LOG_LEVELS.join(', ')}`);
  }
  return 'info';
}

function zoneChecking(text: string, warnings: string[]): ZoneChecking {
  if (text === 'strict') return 'strict';
  if (text !== '' && text !== 'none') {
    warnings.push(`unknown zone_checking ${JSON.stringify(text)} acts as none; it is none or strict`);
  }
  return 'none';
}

const UNLIMITED_VOLUMES = 2 ** 31 - 1;

function limits(glusterfs: Glusterfs, env: EnvironmentReader, warnings: string[]): Limits {
  const size = (key: 'brick_min_size_gb' | 'brick_max_size_gb' | 'max_bricks_per_volume', fallback: number): number => {
    const value = glusterfs[key] || fallback;
    if (value > 0) return value;
    warnings.push(`glusterfs.${key} is ${value}: the default, ${fallback}, is used`);
    return fallback;
  };
  const maxVolumes =
    (env.integerOrZero('HEKETI_GLUSTER_MAX_VOLUMES_PER_CLUSTER') ?? glusterfs.max_volumes_per_cluster) || 1000;
  const result = {
    minBrickGib: size('brick_min_size_gb', 1),
    maxBrickGib: size('brick_max_size_gb', 4096),
    maxBricksPerVolume: size('max_bricks_per_volume', 32),
    averageFileKib: glusterfs.average_file_size_kb || 64,
    maxVolumesPerCluster: maxVolumes < 0 ? UNLIMITED_VOLUMES : maxVolumes,
  };
  if (result.minBrickGib > result.maxBrickGib) {
    warnings.push('glusterfs.brick_min_size_gb is above glusterfs.brick_max_size_gb: no volume can be created');
  }
  return result;
}

function blockHosting(glusterfs: Glusterfs, env: EnvironmentReader): BlockHostingSettings {
  const options = env.text('HEKETI_BLOCK_HOSTING_VOLUME_OPTIONS') ?? glusterfs.block_hosting_volume_options;
  return {
    autoCreate: autoCreate(glusterfs, env),
    sizeGib: positiveOr(
      env.integerOrZero('HEKETI_BLOCK_HOSTING_VOLUME_SIZE') ?? glusterfs.block_hosting_volume_size,
      1024,
    ),
    options: options || 'group gluster-block',
  };
}

type DelayKey = Extract<keyof Glusterfs, `${'start' | 'refresh'}_time_${string}`>;

/** A delay or a period of a background task. */
function seconds(glusterfs: Glusterfs, key: DelayKey, fallback: number, warnings: string[]): number {
  return boundSeconds(`glusterfs.${key}`, glusterfs[key] || fallback, warnings);
}

/** Unlike other booleans, an unreadable value of this variable means false, not the file's value. */
function autoCreate(glusterfs: Glusterfs, env: EnvironmentReader): boolean {
  const name = 'HEKETI_AUTO_CREATE_BLOCK_HOSTING_VOLUME';
  if (env.text(name) !== null) return env.boolean(name) ?? false;
  return glusterfs.auto_create_block_hosting_volume ?? false;
}

function monitor(glusterfs: Glusterfs, env: EnvironmentReader, warnings: string[]): BackgroundTask {
  return {
    isEnabled: !(env.exactlyTrue('HEKETI_DISABLE_HEALTH_MONITOR') || glusterfs.disable_monitor_gluster_nodes),
    startSeconds: seconds(glusterfs, 'start_time_monitor_gluster_nodes', 10, warnings),
    refreshSeconds: seconds(glusterfs, 'refresh_time_monitor_gluster_nodes', 120, warnings),
  };
}

function cleaner(glusterfs: Glusterfs, env: EnvironmentReader, warnings: string[]): BackgroundTask {
  return {
    isEnabled: !(env.exactlyTrue('HEKETI_DISABLE_BACKGROUND_CLEANER') || glusterfs.disable_background_cleaner),
    startSeconds: seconds(glusterfs, 'start_time_background_cleaner', 15, warnings),
    refreshSeconds: seconds(glusterfs, 'refresh_time_background_cleaner', 3600, warnings),
  };
}

function nodeRepair(glusterfs: Glusterfs, env: EnvironmentReader, warnings: string[]): NodeRepairSettings {
  const mode = env.choice('MORTAR_NODE_REPAIR', NODE_REPAIR_MODES) ?? (glusterfs.node_repair || 'repair');
  const isKnown = (NODE_REPAIR_MODES as readonly string[]).includes(mode);
  // Whoever mistypes it may have meant to switch it off.
  if (!isKnown)
    warnings.push(`node_repair must be repair, report or off, but it is "${mode}": nodes are only compared`);
  return {
    isEnabled: mode !== 'off',
    isReportOnly: mode !== 'repair',
    startSeconds: seconds(glusterfs, 'start_time_node_repair', 60, warnings),
    refreshSeconds: seconds(glusterfs, 'refresh_time_node_repair', 600, warnings),
  };
}

function deviceCheck(glusterfs: Glusterfs, env: EnvironmentReader, warnings: string[]): DeviceCheckSettings {
  const mode = env.choice('MORTAR_DEVICE_CHECK', DEVICE_CHECK_MODES) ?? (glusterfs.device_check || 'correct');
  const isKnown = (DEVICE_CHECK_MODES as readonly string[]).includes(mode);
  if (!isKnown)
    warnings.push(`device_check must be correct, report or off, but it is "${mode}": devices are only looked at`);
  return {
    isEnabled: mode !== 'off',
    isReportOnly: mode !== 'correct',
    startSeconds: seconds(glusterfs, 'start_time_device_check', 30, warnings),
    refreshSeconds: seconds(glusterfs, 'refresh_time_device_check', 900, warnings),
  };
}

function usageSurvey(glusterfs: Glusterfs, env: EnvironmentReader, warnings: string[]): BackgroundTask {
  const mode = env.choice('MORTAR_USAGE_SURVEY', USAGE_SURVEY_MODES) ?? (glusterfs.usage_survey || 'on');
  const isKnown = (USAGE_SURVEY_MODES as readonly string[]).includes(mode);
  if (!isKnown)
    warnings.push(`usage_survey must be on or off, but it is "${mode}": hosts are not asked how full they are`);
  return {
    isEnabled: mode === 'on',
    startSeconds: seconds(glusterfs, 'start_time_usage_survey', 45, warnings),
    refreshSeconds: seconds(glusterfs, 'refresh_time_usage_survey', 600, warnings),
  };
}

function backupDirectory(glusterfs: Glusterfs, env: EnvironmentReader, warnings: string[]): BackupDirectorySettings {
  const every = env.integer('MORTAR_BACKUP_SECONDS', { min: 1, max: LONGEST_SECONDS });
  return {
    path: env.text('MORTAR_BACKUP_DIRECTORY') ?? (glusterfs.backup_directory || null),
    backupEverySeconds: every ?? seconds(glusterfs, 'refresh_time_backup', 86_400, warnings),
    backupsKept: env.integer('MORTAR_BACKUP_KEEP', { min: 1 }) ?? (glusterfs.backup_keep || 14),
  };
}

function maxInflight(glusterfs: Glusterfs, env: EnvironmentReader): number | null {
  const limit = env.integer('HEKETI_MAX_INFLIGHT_OPERATIONS') ?? glusterfs.max_inflight_operations ?? 0;
  if (limit < 0) return UNLIMITED_INFLIGHT;
  return limit === 0 ? null : limit;
}

function concurrency(env: EnvironmentReader): Concurrency {
  return {
    operationsPerCluster: env.integer('MORTAR_OPERATIONS_PER_CLUSTER', { min: 1 }) ?? 64,
    glusterChangesPerCluster: env.integer('MORTAR_GLUSTER_CHANGES_PER_CLUSTER', { min: 1 }) ?? 16,
    bricksPerHost: env.integer('MORTAR_BRICKS_PER_HOST', { min: 1 }) ?? 6,
    healsPerRemoval: env.integer('MORTAR_HEALS_PER_REMOVAL', { min: 1 }) ?? 4,
  };
}

function positiveOr(value: number | undefined, fallback: number): number {
  return value !== undefined && value > 0 ? value : fallback;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
