import type { HostSettings } from '../../src/executors/commands/host/host-settings.js';

export const HOST_SETTINGS: HostSettings = {
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
};
