/** How bricks are made and gluster is called: the keys common to `sshexec` and `kubeexec`. */
export interface HostSettings {
  readonly fstab: string;
  readonly mountOptions: string;
  /** > 0: set as gluster's snap-max-hard-limit after each peer probe. */
  readonly snapshotLimit: number;
  readonly rebalanceOnExpansion: boolean;
  readonly backupLvmMetadata: boolean;
  readonly glusterCliTimeoutSeconds: number;
  readonly pvDataAlignment: string;
  readonly vgPhysicalExtentSize: string;
  readonly lvChunkSize: string;
  readonly xfsSw: number;
  readonly xfsSu: number;
  readonly debugUmountFailures: boolean;
  readonly blockPrealloc: string;
  /** Program put before lvm and udevadm, such as /usr/sbin/exec-on-host; '' for none. */
  readonly lvmWrapper: string;
}
