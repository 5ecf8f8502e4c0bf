import type { HostSettings } from '../executors/commands/host/host-settings.js';
import type { ExecutorKind, KubeSettings, MockSettings, SshSettings } from './config.js';
import { ConfigError } from './config-error.js';
import type { EnvironmentReader } from './environment.js';
import type { HeketiJson, HostSection } from './heketi-json.schema.js';
import { type GivenText, refuseUnusableTexts } from './host-section-rules.js';
import { boundSeconds } from './longest-seconds.js';

type Glusterfs = NonNullable<HeketiJson['glusterfs']>;

const EXECUTORS: Readonly<Record<string, { kind: ExecutorKind; isInjected: boolean }>> = {
  '': { kind: 'ssh', isInjected: false },
  ssh: { kind: 'ssh', isInjected: false },
  kube: { kind: 'kube', isInjected: false },
  kubernetes: { kind: 'kube', isInjected: false },
  mock: { kind: 'mock', isInjected: false },
  'inject/ssh': { kind: 'ssh', isInjected: true },
  'inject/mock': { kind: 'mock', isInjected: true },
};

export function parseExecutor(name: string): { readonly kind: ExecutorKind; readonly isInjected: boolean } {
  const executor = Object.hasOwn(EXECUTORS, name) ? EXECUTORS[name] : undefined;
  if (executor) return executor;
  const known = Object.keys(EXECUTORS).filter((key) => key !== '');
  throw new ConfigError(`invalid executor: ${JSON.stringify(name)}; glusterfs.executor is one of ${known.join(', ')}`);
}

/** The section of the executor in use; simulated hosts take the defaults and ignore both sections. */
export function hostSettings(
  kind: ExecutorKind,
  glusterfs: Glusterfs,
  env: EnvironmentReader,
  warnings: string[],
): HostSettings {
  const isMock = kind === 'mock';
  const file: HostSection = isMock ? {} : ((kind === 'ssh' ? glusterfs.sshexec : glusterfs.kubeexec) ?? {});
  const text = (name: string) => (isMock ? null : env.text(name));
  const section = kind === 'kube' ? 'kubeexec' : 'sshexec';
  if (!isMock) refuseUnusableTexts(section, givenTexts(kind, file, env));

  return {
    fstab: text('HEKETI_FSTAB') ?? (file.fstab || '/etc/fstab'),
    mountOptions: text('HEKETI_MOUNT_OPTS') ?? (file.mountopts || 'rw,inode64,noatime,nouuid'),
    snapshotLimit: (isMock ? null : env.integer('HEKETI_SNAPSHOT_LIMIT')) ?? file.snapshot_limit ?? 0,
    // The original ignores the file here; so do manifests that say false and never saw it obeyed.
    rebalanceOnExpansion: env.boolean('HEKETI_GLUSTERAPP_REBALANCE_ON_EXPANSION') ?? true,
    backupLvmMetadata: file.backup_lvm_metadata ?? false,
    glusterCliTimeoutSeconds: boundSeconds(
      `glusterfs.${section}.gluster_cli_timeout`,
      ((isMock ? null : env.integer('HEKETI_GLUSTER_CLI_TIMEOUT', { min: 0 })) ?? file.gluster_cli_timeout) || 600,
      warnings,
    ),
    pvDataAlignment: file.pv_data_alignment || '256K',
    vgPhysicalExtentSize: file.vg_physicalextentsize || '4M',
    lvChunkSize: file.lv_chunksize || '256K',
    xfsSw: file.xfs_sw ?? 0,
    xfsSu: file.xfs_su ?? 0,
    debugUmountFailures:
      (isMock ? null : env.boolean('HEKETI_DEBUG_UMOUNT_FAILURES')) ?? file.debug_umount_failures ?? false,
    blockPrealloc: text('HEKETI_BLOCK_VOLUME_DEFAULT_PREALLOC') ?? (file.block_prealloc || 'full'),
    lvmWrapper: text('HEKETI_LVM_WRAPPER') ?? file.lvm_wrapper ?? '',
  };
}

/** Keys of texts that commands are made of, with the variables that stand for them. */
const TEXT_KEYS = [
  ['fstab', 'HEKETI_FSTAB'],
  ['mountopts', 'HEKETI_MOUNT_OPTS'],
  ['pv_data_alignment', null],
  ['vg_physicalextentsize', null],
  ['lv_chunksize', null],
  ['block_prealloc', 'HEKETI_BLOCK_VOLUME_DEFAULT_PREALLOC'],
  ['lvm_wrapper', 'HEKETI_LVM_WRAPPER'],
] as const;
const SSH_TEXT_KEYS = [
  ['user', 'HEKETI_SSH_USER'],
  ['keyfile', 'HEKETI_SSH_KEYFILE'],
  ['port', 'HEKETI_SSH_PORT'],
] as const;
const KUBE_TEXT_KEYS = [['namespace', 'HEKETI_KUBE_NAMESPACE']] as const;

/** What the section in use and its variables say; a variable wins over its key. */
function givenTexts(kind: ExecutorKind, file: HostSection, env: EnvironmentReader): readonly GivenText[] {
  const keys = [...TEXT_KEYS, ...(kind === 'ssh' ? SSH_TEXT_KEYS : KUBE_TEXT_KEYS)];
  const written: Readonly<Record<string, unknown>> = { ...file };
  return keys.flatMap(([key, name]) => {
    const variable = name === null ? null : env.text(name);
    const value = variable ?? written[key];
    return typeof value === 'string' && value !== '' ? [{ key, variable: variable === null ? null : name, value }] : [];
  });
}

export function sshSettings(isUsed: boolean, glusterfs: Glusterfs, env: EnvironmentReader): SshSettings {
  const file = glusterfs.sshexec ?? {};
  const keyFile = env.text('HEKETI_SSH_KEYFILE') ?? file.keyfile ?? '';
  if (isUsed && keyFile === '') {
    throw new ConfigError(
      'the ssh executor needs a private key: set glusterfs.sshexec.keyfile or HEKETI_SSH_KEYFILE to its file',
    );
  }
  const port = env.text('HEKETI_SSH_PORT') ?? (file.port || '22');
  return {
    keyFile,
    user: env.text('HEKETI_SSH_USER') ?? (file.user || 'heketi'),
    port: isUsed ? parsePort('glusterfs.sshexec.port (HEKETI_SSH_PORT)', port, 1) : 22,
    useSudo: file.sudo ?? false,
    knownHosts: (env.text('SSH_KNOWN_HOSTS') ?? '').split(':').filter((file) => file !== ''),
    maxSessions: env.integer('MORTAR_SSH_MAX_SESSIONS', { min: 1 }) ?? 9,
  };
}

/** A container's runtime stalls, for up to 38 s, when some 28 short programs end together. */
const MOST_EXECS_PER_POD = 16;

export function kubeSettings(glusterfs: Glusterfs, env: EnvironmentReader): KubeSettings {
  const file = glusterfs.kubeexec ?? {};
  const connections = file.max_connections || 64;
  return {
    namespace: env.text('HEKETI_KUBE_NAMESPACE') ?? (file.namespace || null),
    isDaemonset: env.yesNo('HEKETI_KUBE_GLUSTER_DAEMONSET') ?? file.gluster_daemonset ?? false,
    usePodNames: env.yesNo('HEKETI_KUBE_USE_POD_NAMES') ?? file.use_pod_names ?? false,
    maxConnections: connections < 0 ? null : connections,
    maxPerPod: env.integer('MORTAR_KUBE_EXECS_PER_POD', { min: 1, max: MOST_EXECS_PER_POD }) ?? 8,
    kubeconfig: env.text('KUBECONFIG') ?? (file.kubeconfig || null),
  };
}

export function mockSettings(env: EnvironmentReader): MockSettings {
  return {
    deviceSizeGib: env.integer('HEKETI_MOCK_DEVICE_SIZE_GB', { min: 1 }) ?? 500,
    mode: env.choice('MORTAR_MOCK_MODE', ['lenient', 'strict']) ?? 'lenient',
    topologyFile: env.text('MORTAR_MOCK_TOPOLOGY'),
    socketPath: env.text('MORTAR_MOCK_SOCKET'),
  };
}

/** Ports are JSON strings, as in the original. */
export function parsePort(key: string, text: string, min: number): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= min && port <= 65535) return port;
  throw new ConfigError(`${key} must be a port number from ${min} to 65535, but it is ${JSON.stringify(text)}`);
}
