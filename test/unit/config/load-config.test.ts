import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UNLIMITED_INFLIGHT } from '../../../src/config/config.js';
import { ConfigError } from '../../../src/config/config-error.js';
import { type LoadedConfig, loadConfig } from '../../../src/config/load-config.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mortar-config-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

interface Given {
  top?: object;
  glusterfs?: object;
  env?: Record<string, string>;
  disableAuth?: boolean;
  isOffline?: boolean;
}

function load({ top, glusterfs, env = {}, disableAuth = false, isOffline = false }: Given = {}): LoadedConfig {
  const file = join(folder, 'heketi.json');
  const keys = { jwt: { admin: { key: 'admin secret' }, user: { key: 'user secret' } } };
  writeFileSync(file, JSON.stringify({ ...keys, ...top, glusterfs: { executor: 'mock', ...glusterfs } }));
  return loadConfig({ file, env, flags: { disableAuth, isOffline } });
}

const config = (given?: Given) => load(given).config;

describe('configuration', () => {
  it('has the documented defaults', () => {
    expect(load()).toEqual({
      config: {
        httpPort: 0,
        tls: null,
        isAuthDisabled: false,
        jwt: { adminKey: 'admin secret', userKey: 'user secret', iatLeewaySeconds: 120 },
        defaultState: 'normal',
        profiling: false,
        backupToKubeSecret: false,
        kubeSecretName: 'heketi-db-backup',
        backupDirectory: { path: null, backupEverySeconds: 86_400, backupsKept: 14 },
        events: { keepDays: 90, keepCount: 100_000 },
        audit: { keepDays: 365, keepCount: 100_000 },
        logLevel: 'info',
        logFormat: 'json',
        concurrency: { bricksPerHost: 6, glusterChangesPerCluster: 16, operationsPerCluster: 64, healsPerRemoval: 4 },
        healLimitSeconds: 604_800,
        shutdownLimitSeconds: 20,
        dbFile: 'heketi.db',
        postgres: null,
        dbReadOnly: false,
        limits: {
          minBrickGib: 1,
          maxBrickGib: 4096,
          maxBricksPerVolume: 32,
          averageFileKib: 64,
          maxVolumesPerCluster: 1000,
        },
        zoneChecking: 'none',
        preRequestOptions: '',
        postRequestOptions: '',
        blockHosting: { autoCreate: false, sizeGib: 1024, options: 'group gluster-block' },
        monitor: { isEnabled: true, startSeconds: 10, refreshSeconds: 120 },
        cleaner: { isEnabled: true, startSeconds: 15, refreshSeconds: 3600 },
        nodeRepair: { isEnabled: true, isReportOnly: false, startSeconds: 60, refreshSeconds: 600 },
        deviceCheck: { isEnabled: true, isReportOnly: false, startSeconds: 30, refreshSeconds: 900 },
        servesConsole: true,
        usageSurvey: { isEnabled: true, startSeconds: 45, refreshSeconds: 600 },
        maxInflight: null,
        volumeCreateRetries: 4,
        executor: 'mock',
        injection: null,
        hostSettings: {
          fstab: '/etc/fstab',
          mountOptions: 'rw,inode64,noatime,nouuid',
          snapshotLimit: 0,
          rebalanceOnExpansion: true,
          backupLvmMetadata: false,
          glusterCliTimeoutSeconds: 600,
          pvDataAlignment: '256K',
          vgPhysicalExtentSize: '4M',
          lvChunkSize: '256K',
          xfsSw: 0,
          xfsSu: 0,
          debugUmountFailures: false,
          blockPrealloc: 'full',
          lvmWrapper: '',
        },
        ssh: { keyFile: '', user: 'heketi', port: 22, useSudo: false, knownHosts: [], maxSessions: 9 },
        kube: {
          namespace: null,
          isDaemonset: false,
          usePodNames: false,
          maxConnections: 64,
          maxPerPod: 8,
          kubeconfig: null,
        },
        mock: { deviceSizeGib: 500, mode: 'lenient', topologyFile: null, socketPath: null },
      },
      warnings: [],
    });
  });

  it('can not be changed', () => {
    const loaded = config();
    expect(Object.isFrozen(loaded)).toBe(true);
    expect(Object.isFrozen(loaded.limits)).toBe(true);
    expect(Object.isFrozen(loaded.ssh.knownHosts)).toBe(true);
  });

  it('takes zero for the default where the original does', () => {
    const { config: loaded } = load({
      glusterfs: {
        brick_max_size_gb: 0,
        max_volumes_per_cluster: 0,
        block_hosting_volume_size: 0,
        start_time_background_cleaner: 0,
        start_time_node_repair: 0,
        backup_directory: '',
        backup_keep: 0,
        refresh_time_backup: 0,
        refresh_time_monitor_gluster_nodes: 0,
        max_inflight_operations: 0,
        operation_retry_limits: { volume_create: 0 },
      },
    });
    expect(loaded).toEqual(config());
  });

  it('bounds what a timer could not wait for, and says so', () => {
    const keys = ['monitor_gluster_nodes', 'background_cleaner', 'node_repair', 'device_check', 'usage_survey'].flatMap(
      (task) => [`start_time_${task}`, `refresh_time_${task}`],
    );
    const { config: loaded, warnings } = load({
      glusterfs: {
        ...Object.fromEntries(keys.map((key) => [key, 31_536_000])),
        refresh_time_backup: 31_536_000,
        executor: 'ssh',
        sshexec: { keyfile: '/key', gluster_cli_timeout: 31_536_000 },
      },
      env: { MORTAR_SHUTDOWN_LIMIT_SECONDS: '31536000' },
    });
    const longest = 24 * 86_400;
    for (const task of [loaded.monitor, loaded.cleaner, loaded.nodeRepair, loaded.deviceCheck, loaded.usageSurvey])
      expect(task).toMatchObject({ startSeconds: longest, refreshSeconds: longest });
    expect(loaded.backupDirectory.backupEverySeconds).toBe(longest);
    expect(loaded.shutdownLimitSeconds).toBe(longest);
    expect(loaded.hostSettings.glusterCliTimeoutSeconds).toBe(longest);
    for (const key of [...keys, 'refresh_time_backup', 'gluster_cli_timeout', 'MORTAR_SHUTDOWN_LIMIT_SECONDS'])
      expect(warnings.filter((text) => text.includes(key))).toHaveLength(1);
  });

  it('repairs nodes, only compares them, or leaves them alone', () => {
    const repair = (node_repair: string, env = {}) => {
      const { config: loaded, warnings } = load({ glusterfs: { node_repair }, env });
      return [loaded.nodeRepair.isEnabled, loaded.nodeRepair.isReportOnly, warnings.length];
    };
    expect(repair('repair')).toEqual([true, false, 0]);
    expect(repair('report')).toEqual([true, true, 0]);
    expect(repair('off')).toMatchObject([false, expect.anything(), 0]);
    expect(repair('repair', { MORTAR_NODE_REPAIR: 'report' })).toEqual([true, true, 0]);
    // Whoever mistypes it does not get changes on hosts that were meant to be left alone.
    expect(repair('of')).toEqual([true, true, 1]);
  });

  it('corrects the sizes of devices, only looks, or leaves them alone', () => {
    const check = (device_check: string, env = {}) => {
      const { config: loaded, warnings } = load({ glusterfs: { device_check }, env });
      return [loaded.deviceCheck.isEnabled, loaded.deviceCheck.isReportOnly, warnings.length];
    };
    expect(check('correct')).toEqual([true, false, 0]);
    expect(check('report')).toEqual([true, true, 0]);
    expect(check('off')).toMatchObject([false, expect.anything(), 0]);
    expect(check('correct', { MORTAR_DEVICE_CHECK: 'report' })).toEqual([true, true, 0]);
    expect(check('on')).toEqual([true, true, 1]);
  });

  it('asks hosts how full they are, or leaves them alone', () => {
    const survey = (usage_survey: string, env = {}) => {
      const { config: loaded, warnings } = load({ glusterfs: { usage_survey }, env });
      return [loaded.usageSurvey.isEnabled, warnings.length];
    };
    expect(survey('on')).toEqual([true, 0]);
    expect(survey('off')).toEqual([false, 0]);
    expect(survey('on', { MORTAR_USAGE_SURVEY: 'off' })).toEqual([false, 0]);
    // Whoever mistypes it may have meant to switch it off.
    expect(survey('of')).toEqual([false, 1]);
  });

  it('reads every key of the file', () => {
    const { config: loaded, warnings } = load({
      top: {
        port: '8080',
        enable_tls: true,
        cert_file: 'c.pem',
        key_file: 'k.pem',
        default_state: 'read-only',
        profiling: true,
        backup_db_to_kube_secret: true,
        use_auth: false,
      },
      glusterfs: {
        executor: 'kubernetes',
        db: '/db/heketi.db',
        db_read_only: true,
        loglevel: 'debug',
        brick_min_size_gb: 2,
        brick_max_size_gb: 20,
        max_bricks_per_volume: 9,
        average_file_size_kb: 128,
        max_volumes_per_cluster: -1,
        zone_checking: 'strict',
        pre_request_volume_options: 'a 1,b 2',
        post_request_volume_options: 'z 9',
        auto_create_block_hosting_volume: true,
        block_hosting_volume_size: 50,
        block_hosting_volume_options: 'group x',
        disable_monitor_gluster_nodes: true,
        start_time_monitor_gluster_nodes: 1,
        refresh_time_monitor_gluster_nodes: 2,
        disable_background_cleaner: true,
        start_time_background_cleaner: 3,
        refresh_time_background_cleaner: 4,
        device_check: 'report',
        start_time_device_check: 9,
        refresh_time_device_check: 10,
        usage_survey: 'off',
        start_time_usage_survey: 11,
        refresh_time_usage_survey: 12,
        node_repair: 'off',
        start_time_node_repair: 7,
        refresh_time_node_repair: 8,
        backup_directory: '/backups',
        backup_keep: 5,
        refresh_time_backup: 3600,
        max_inflight_operations: 5,
        operation_retry_limits: { volume_create: 6 },
        kubeexec: {
          fstab: '/f',
          mountopts: 'rw',
          snapshot_limit: 14,
          rebalance_on_expansion: false,
          backup_lvm_metadata: true,
          gluster_cli_timeout: 900,
          pv_data_alignment: '1M',
          vg_physicalextentsize: '8M',
          lv_chunksize: '64K',
          xfs_sw: 10,
          xfs_su: 65536,
          debug_umount_failures: true,
          block_prealloc: 'no',
          lvm_wrapper: '/usr/sbin/exec-on-host',
          namespace: 'storage',
          gluster_daemonset: true,
          use_pod_names: true,
          max_connections: -1,
          disable_timeout_prefix: true,
          kubeconfig: '/root/.kube/config',
        },
      },
    });
    expect(warnings).toEqual([]);
    expect(loaded).toMatchObject({
      nodeRepair: { isEnabled: false, startSeconds: 7, refreshSeconds: 8 },
      deviceCheck: { isEnabled: true, isReportOnly: true, startSeconds: 9, refreshSeconds: 10 },
      usageSurvey: { isEnabled: false, startSeconds: 11, refreshSeconds: 12 },
      backupDirectory: { path: '/backups', backupEverySeconds: 3600, backupsKept: 5 },
      httpPort: 8080,
      tls: { certFile: 'c.pem', keyFile: 'k.pem' },
      defaultState: 'read-only',
      profiling: true,
      backupToKubeSecret: true,
      dbFile: '/db/heketi.db',
      dbReadOnly: true,
      logLevel: 'debug',
      limits: {
        minBrickGib: 2,
        maxBrickGib: 20,
        maxBricksPerVolume: 9,
        averageFileKib: 128,
        maxVolumesPerCluster: 2147483647,
      },
      zoneChecking: 'strict',
      preRequestOptions: 'a 1,b 2',
      postRequestOptions: 'z 9',
      blockHosting: { autoCreate: true, sizeGib: 50, options: 'group x' },
      monitor: { isEnabled: false, startSeconds: 1, refreshSeconds: 2 },
      cleaner: { isEnabled: false, startSeconds: 3, refreshSeconds: 4 },
      maxInflight: 5,
      volumeCreateRetries: 6,
      executor: 'kube',
      hostSettings: {
        fstab: '/f',
        mountOptions: 'rw',
        snapshotLimit: 14,
        rebalanceOnExpansion: true,
        backupLvmMetadata: true,
        glusterCliTimeoutSeconds: 900,
        pvDataAlignment: '1M',
        vgPhysicalExtentSize: '8M',
        lvChunkSize: '64K',
        xfsSw: 10,
        xfsSu: 65536,
        debugUmountFailures: true,
        blockPrealloc: 'no',
        lvmWrapper: '/usr/sbin/exec-on-host',
      },
      kube: {
        namespace: 'storage',
        isDaemonset: true,
        usePodNames: true,
        maxConnections: null,
        kubeconfig: '/root/.kube/config',
      },
    });
  });

  it('lets the environment win over the file', () => {
    const { config: loaded, warnings } = load({
      top: { port: '1', default_state: 'read-only' },
      glusterfs: {
        executor: 'mock',
        loglevel: 'debug',
        zone_checking: 'none',
        db: 'a',
        sshexec: { keyfile: 'a', user: 'a' },
      },
      env: {
        HEKETI_HTTP_PORT: '2',
        HEKETI_ADMIN_KEY: 'A',
        HEKETI_USER_KEY: 'U',
        HEKETI_DEFAULT_STATE: 'local-client',
        HEKETI_BACKUP_DB_TO_KUBE_SECRET: 'yes',
        HEKETI_PROFILING: 'x',
        HEKETI_EXECUTOR: 'ssh',
        HEKETI_DB_PATH: 'b',
        HEKETI_GLUSTERAPP_LOGLEVEL: 'error',
        HEKETI_AUTO_CREATE_BLOCK_HOSTING_VOLUME: 'T',
        HEKETI_BLOCK_HOSTING_VOLUME_SIZE: '20',
        HEKETI_BLOCK_HOSTING_VOLUME_OPTIONS: 'group x,opt y',
        HEKETI_GLUSTERAPP_REBALANCE_ON_EXPANSION: 'false',
        HEKETI_MAX_INFLIGHT_OPERATIONS: '7',
        HEKETI_PRE_REQUEST_VOLUME_OPTIONS: 'pre 1',
        HEKETI_POST_REQUEST_VOLUME_OPTIONS: 'post 1',
        HEKETI_ZONE_CHECKING: 'strict',
        HEKETI_GLUSTER_MAX_VOLUMES_PER_CLUSTER: '3',
        HEKETI_DISABLE_HEALTH_MONITOR: 'true',
        HEKETI_DISABLE_BACKGROUND_CLEANER: 'true',
        HEKETI_JWT_IAT_LEEWAY_SECONDS: '30',
        HEKETI_KUBE_DB_SECRET_NAME: 'backup',
        HEKETI_FSTAB: '/var/lib/heketi/fstab',
        HEKETI_MOUNT_OPTS: 'rw,nodev',
        HEKETI_SNAPSHOT_LIMIT: '14',
        HEKETI_GLUSTER_CLI_TIMEOUT: '100',
        HEKETI_DEBUG_UMOUNT_FAILURES: '1',
        HEKETI_BLOCK_VOLUME_DEFAULT_PREALLOC: 'no',
        HEKETI_LVM_WRAPPER: '/w',
        HEKETI_SSH_KEYFILE: '/key',
        HEKETI_SSH_USER: 'root',
        HEKETI_SSH_PORT: '2222',
        SSH_KNOWN_HOSTS: '/a/known_hosts::/b',
        HEKETI_KUBE_NAMESPACE: 'ns',
        HEKETI_KUBE_GLUSTER_DAEMONSET: 'yes',
        HEKETI_KUBE_USE_POD_NAMES: 'Y',
        KUBECONFIG: '/a:/b',
        MORTAR_KUBE_EXECS_PER_POD: '4',
        HEKETI_MOCK_DEVICE_SIZE_GB: '100',
        MORTAR_MOCK_MODE: 'strict',
        MORTAR_MOCK_TOPOLOGY: 'topology.json',
        MORTAR_MOCK_SOCKET: '/run/hosts.sock',
        MORTAR_LOG_FORMAT: 'text',
        MORTAR_BACKUP_DIRECTORY: '/backups',
        MORTAR_BACKUP_KEEP: '3',
        MORTAR_BACKUP_SECONDS: '60',
      },
    });
    expect(warnings).toEqual([]);
    expect(loaded).toMatchObject({
      httpPort: 2,
      jwt: { adminKey: 'A', userKey: 'U', iatLeewaySeconds: 30 },
      defaultState: 'local-client',
      backupToKubeSecret: true,
      kubeSecretName: 'backup',
      backupDirectory: { path: '/backups', backupEverySeconds: 60, backupsKept: 3 },
      profiling: true,
      executor: 'ssh',
      dbFile: 'b',
      logLevel: 'error',
      logFormat: 'text',
      blockHosting: { autoCreate: true, sizeGib: 20, options: 'group x,opt y' },
      maxInflight: 7,
      preRequestOptions: 'pre 1',
      postRequestOptions: 'post 1',
      zoneChecking: 'strict',
      limits: { maxVolumesPerCluster: 3 },
      monitor: { isEnabled: false },
      cleaner: { isEnabled: false },
      hostSettings: {
        fstab: '/var/lib/heketi/fstab',
        mountOptions: 'rw,nodev',
        snapshotLimit: 14,
        glusterCliTimeoutSeconds: 100,
        rebalanceOnExpansion: false,
        debugUmountFailures: true,
        blockPrealloc: 'no',
        lvmWrapper: '/w',
      },
      ssh: { keyFile: '/key', user: 'root', port: 2222, knownHosts: ['/a/known_hosts', '/b'] },
      kube: { namespace: 'ns', isDaemonset: true, usePodNames: true, kubeconfig: '/a:/b', maxPerPod: 4 },
      mock: { deviceSizeGib: 100, mode: 'strict', topologyFile: 'topology.json', socketPath: '/run/hosts.sock' },
    });
  });

  it('takes a database on PostgreSQL from its URL, which a variable overrides, and its password from a file', () => {
    expect(config({ glusterfs: { db: 'postgres://u:p@db/one' } })).toMatchObject({
      dbFile: null,
      postgres: { database: 'one', password: 'p' },
    });
    const env = {
      MORTAR_DATABASE_URL: 'postgres://u@db/two',
      MORTAR_DATABASE_PASSWORD_FILE: '/password',
      HEKETI_DB_PATH: 'heketi.db',
    };
    expect(config({ env })).toMatchObject({ dbFile: null, postgres: { database: 'two', passwordFile: '/password' } });
  });

  it('refuses a URL of a database that is none', () => {
    expect(() => load({ env: { MORTAR_DATABASE_URL: '/var/lib/heketi.db' } })).toThrow(/must begin with postgres/);
  });

  it('refuses a database on PostgreSQL that is to be read only', () => {
    expect(() => load({ glusterfs: { db: 'postgres://u@db/d', db_read_only: true } })).toThrow(/db_read_only is set/);
  });

  it('takes an empty variable for an unset one', () => {
    const env = { HEKETI_DB_PATH: '', HEKETI_EXECUTOR: '', HEKETI_PROFILING: '', HEKETI_MAX_INFLIGHT_OPERATIONS: '' };
    expect(load({ env })).toEqual(load());
  });

  it('keeps the value of the file when a variable is unreadable, and warns', () => {
    const { config: loaded, warnings } = load({
      glusterfs: {
        executor: 'kube',
        max_inflight_operations: 3,
        kubeexec: { snapshot_limit: 5, gluster_daemonset: true },
      },
      env: {
        HEKETI_MAX_INFLIGHT_OPERATIONS: 'many',
        HEKETI_SNAPSHOT_LIMIT: '1.5',
        HEKETI_KUBE_GLUSTER_DAEMONSET: 'maybe',
        HEKETI_JWT_IAT_LEEWAY_SECONDS: '-1',
        MORTAR_MOCK_MODE: 'Strict',
      },
    });
    expect(loaded).toMatchObject({
      maxInflight: 3,
      hostSettings: { snapshotLimit: 5 },
      kube: { isDaemonset: true },
      jwt: { iatLeewaySeconds: 120 },
      mock: { mode: 'lenient' },
    });
    const named = ['JWT_IAT_LEEWAY', 'MAX_INFLIGHT', 'SNAPSHOT_LIMIT', 'DAEMONSET', 'MOCK_MODE'];
    expect(named.filter((name) => warnings.some((warning) => warning.includes(name)))).toEqual(named);
    expect(warnings).toHaveLength(named.length);
  });

  it('falls back to defaults, not to the file, for the variables that do so in the original', () => {
    const { config: loaded } = load({
      glusterfs: { auto_create_block_hosting_volume: true, block_hosting_volume_size: 7, max_volumes_per_cluster: 7 },
      env: {
        HEKETI_AUTO_CREATE_BLOCK_HOSTING_VOLUME: 'yes',
        HEKETI_BLOCK_HOSTING_VOLUME_SIZE: 'big',
        HEKETI_GLUSTER_MAX_VOLUMES_PER_CLUSTER: 'few',
      },
    });
    expect(loaded.blockHosting).toMatchObject({ autoCreate: false, sizeGib: 1024 });
    expect(loaded.limits.maxVolumesPerCluster).toBe(1000);
  });

  it('disables background tasks by exactly "true"', () => {
    const { config: loaded, warnings } = load({
      env: { HEKETI_DISABLE_HEALTH_MONITOR: '1', HEKETI_DISABLE_BACKGROUND_CLEANER: 'false' },
    });
    expect(loaded.monitor.isEnabled).toBe(true);
    expect(loaded.cleaner.isEnabled).toBe(true);
    expect(warnings).toEqual([expect.stringContaining('HEKETI_DISABLE_HEALTH_MONITOR')]);
  });

  it('refuses nobody when the in-flight limit is negative', () => {
    expect(config({ env: { HEKETI_MAX_INFLIGHT_OPERATIONS: '-1' } }).maxInflight).toBe(UNLIMITED_INFLIGHT);
  });

  it('ignores rebalance_on_expansion of the file, as the original does', () => {
    const glusterfs = { executor: 'kube', kubeexec: { rebalance_on_expansion: false } };
    expect(config({ glusterfs }).hostSettings.rebalanceOnExpansion).toBe(true);
  });

  it('does not look at the section of another executor', () => {
    const glusterfs = {
      executor: 'mock',
      sshexec: { fstab: 'Optional: fstab', port: 'Optional: port', block_prealloc: '; rm' },
    };
    expect(config({ glusterfs })).toEqual(config());
  });

  const sample = {
    keyfile: '/key',
    user: 'Optional: the user',
    port: 'Optional: ssh port.  Default is 22',
    fstab: 'Optional: Specify fstab file on node.  Default is /etc/fstab',
    mountopts: 'Optional: mount options',
    pv_data_alignment: 'Optional: Specify PV data alignment size. Default is 256K',
    vg_physicalextentsize: 'Optional: Specify VG physical extent size. Default is 4MB',
    lv_chunksize: 'Optional: Specify LV chunksize. Default is 256K',
    block_prealloc: 'Optional: prealloc',
    lvm_wrapper: 'Optional: wrapper',
  };
  const messageOf = (given: Given) => {
    try {
      load(given);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };

  it('refuses sentences in values that commands are made of, all at once, in the section in use only', () => {
    const message = messageOf({ glusterfs: { executor: 'ssh', sshexec: sample, kubeexec: sample } });
    for (const key of Object.keys(sample).slice(1)) expect(message).toContain(`glusterfs.sshexec.${key} must be `);
    expect(message).not.toContain('kubeexec');
    expect(message).toContain('delete such keys');
    const kube = messageOf({ glusterfs: { executor: 'kube', kubeexec: { ...sample, namespace: 'My space' } } });
    expect(kube).toContain('glusterfs.kubeexec.fstab');
    expect(kube).toContain('glusterfs.kubeexec.namespace');
    expect(kube).not.toContain('sshexec');
  });

  it.each<[string, string]>([
    ['fstab', 'fstab'],
    ['fstab', '/etc/'],
    ['fstab', '/etc/fstab\n'],
    ['mountopts', 'rw, inode64'],
    ['mountopts', 'rw,\tnoatime'],
    ['mountopts', ' rw'],
    ['mountopts', '-o rw'],
    ['mountopts', 'rw #fast'],
    ['pv_data_alignment', '256 K'],
    ['pv_data_alignment', 'K'],
    ['vg_physicalextentsize', '4Mx'],
    ['lv_chunksize', '-1K'],
  ])('refuses %s %j', (key, value) => {
    const glusterfs = { executor: 'ssh', sshexec: { keyfile: '/key', [key]: value } };
    expect(() => load({ glusterfs })).toThrow(`glusterfs.sshexec.${key} must be `);
  });

  it.each<[string, string]>([
    ['fstab', '/var/lib/heketi/fstab'],
    ['mountopts', 'rw,noauto,x-systemd.automount,context="system_u:object_r:x_t:s0"'],
    ['pv_data_alignment', '1.5m'],
    ['vg_physicalextentsize', '4MB'],
    ['lv_chunksize', '65536b'],
    ['lvm_wrapper', 'exec-on-host'],
    ['user', 'DOMAIN\\\\user'],
  ])('takes %s %j', (key, value) => {
    const glusterfs = { executor: 'ssh', sshexec: { keyfile: '/key', [key]: value } };
    expect(() => load({ glusterfs })).not.toThrow();
  });

  it('names the variable when a value that cannot be comes from there', () => {
    const glusterfs = { executor: 'ssh', sshexec: { keyfile: '/key', fstab: 'Optional: fstab' } };
    expect(() => load({ glusterfs, env: { HEKETI_FSTAB: 'etc/fstab' } })).toThrow(/^HEKETI_FSTAB must be/);
    expect(config({ glusterfs, env: { HEKETI_FSTAB: '/x' } }).hostSettings.fstab).toBe('/x');
  });

  it('keeps fault injection apart from the executor it is put before', () => {
    const injectexec = { command_injection: { commands: [{ Cmd: '^lvcreate', Reaction: { Err: 'no' } }] } };
    const loaded = config({ glusterfs: { executor: 'inject/mock', injectexec } });
    expect(loaded.executor).toBe('mock');
    expect(loaded.injection).toEqual({ raw: injectexec });
  });

  it('replaces odd values by defaults with a warning', () => {
    const { config: loaded, warnings } = load({
      glusterfs: { loglevel: 'loud', zone_checking: 'maybe', brick_min_size_gb: -5, max_bricks_per_volume: -1 },
    });
    expect(loaded).toMatchObject({
      logLevel: 'info',
      zoneChecking: 'none',
      limits: { minBrickGib: 1, maxBricksPerVolume: 32 },
    });
    expect(warnings).toHaveLength(4);
  });

  it('accepts the variables of old manifests in silence', () => {
    const env = {
      HEKETI_IGNORE_STALE_OPERATIONS: 'true',
      HEKETI_KUBE_USE_SECRET: 'y',
      HEKETI_KUBE_APIHOST: 'https://x',
      HEKETI_KUBE_INSECURE: 'y',
      HEKETI_SERVICE_HOST: '10.0.0.1',
      HEKETI_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
      MORTAR_SERVICE_HOST: '10.0.0.1',
      MORTAR_PORT: 'tcp://10.0.0.1:8080',
      MORTAR_PORT_8080_TCP_ADDR: '10.0.0.1',
    };
    expect(load({ env })).toEqual(load());
  });

  it('warns about a misspelt variable of ours', () => {
    expect(load({ env: { MORTAR_MOCK_MOD: 'strict' } }).warnings).toEqual([
      'unknown variable MORTAR_MOCK_MOD is ignored',
    ]);
  });

  it.each<[string, Given, string]>([
    ['a missing key', { top: { jwt: { admin: { key: 'a' } } } }, 'Missing JWT information'],
    ['an unknown executor', { glusterfs: { executor: 'magic' } }, 'invalid executor: "magic"'],
    ['an executor named like a property', { glusterfs: { executor: 'constructor' } }, 'invalid executor'],
    ['an unknown state', { top: { default_state: 'asleep' } }, 'unknown state "asleep"'],
    ['a port that is none', { top: { port: 'eighty' } }, 'port must be a port number'],
    ['a port out of range', { env: { HEKETI_HTTP_PORT: '65536' } }, 'port must be a port number'],
    ['ssh without key file', { glusterfs: { executor: '' } }, 'HEKETI_SSH_KEYFILE'],
    ['TLS without files', { top: { enable_tls: true } }, 'cert_file'],
    [
      'a prealloc that could reach a shell',
      { glusterfs: { executor: 'kube', kubeexec: { block_prealloc: 'a;b' } } },
      'block_prealloc',
    ],
  ])('refuses %s', (_, given, message) => {
    expect(() => load(given)).toThrow(ConfigError);
    expect(() => load(given)).toThrow(message);
  });

  it('refuses a missing file and a missing glusterfs section', () => {
    expect(() => loadConfig({ file: join(folder, 'absent.json'), env: {}, flags: { disableAuth: true } })).toThrow(
      'Unable to open config file',
    );
    const file = join(folder, 'no-glusterfs.json');
    writeFileSync(file, '{"port":"1"}');
    expect(() => loadConfig({ file, env: {}, flags: { disableAuth: true } })).toThrow('"glusterfs"');
  });

  it('needs no keys without authentication, but still a known executor', () => {
    expect(config({ top: { jwt: {} }, disableAuth: true }).isAuthDisabled).toBe(true);
    expect(() => load({ disableAuth: true, glusterfs: { executor: 'magic' } })).toThrow('invalid executor');
  });

  it('reads for offline commands neither the keys nor what only the HTTP side needs', () => {
    const env = { HEKETI_HTTP_PORT: 'x', HEKETI_DEFAULT_STATE: 'x', HEKETI_DB_PATH: 'b' };
    const loaded = config({ top: { jwt: {}, port: 'x', default_state: 'x', enable_tls: true }, env, isOffline: true });
    expect(loaded).toMatchObject({ dbFile: 'b', tls: null, defaultState: 'normal' });
  });
});
