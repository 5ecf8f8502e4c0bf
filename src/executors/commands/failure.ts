import type { CommandResult } from '../executor.js';

/** Why a program of a storage host refused. Several texts of several programs mean the same. */
export type FailureKind =
  /** The object, device, file or program is not there. */
  | 'absent'
  | 'no-such-program'
  | 'exists'
  /** Open, mounted or served: nothing may be done to it now. */
  | 'in-use'
  | 'already-mounted'
  | 'not-mounted'
  /** glusterd works on the same volume; nothing was done. */
  | 'transaction-in-progress'
  | 'no-space'
  /** A physical volume that belongs to a volume group. */
  | 'pv-of-group'
  /** A file system or another signature that would be lost. */
  | 'has-contents'
  | 'partitioned'
  /** A volume group with logical volumes, a volume with snapshots, a peer with bricks. */
  | 'not-empty'
  | 'already-started'
  | 'already-stopped'
  | 'still-started'
  /** A member of the pool, or a brick process, does not answer. */
  | 'peer-down'
  | 'not-a-peer'
  /** A brick directory that carries the mark of a volume, maybe of one that is gone. */
  | 'old-brick'
  | 'brick-is-mount-point'
  | 'invalid-request'
  | 'no-permission'
  | 'daemon-down'
  | 'unknown';

/** First match wins: texts of one program may hold words of a more general kind. */
const TEXTS: readonly (readonly [FailureKind, RegExp])[] = [
  ['no-such-program', /command not found|: not found$|executable file not found/m],
  ['no-permission', /^sudo: |Permission denied|Operation not permitted|Running as a non-root user|only root can do/m],
  [
    'transaction-in-progress',
    /Another transaction (?:is )?in progress|Another transaction could be in progress|Locking failed on/i,
  ],
  ['daemon-down', /Connection failed\. Please check if gluster daemon is operational|glusterd.*not running/i],
  ['pv-of-group', /of volume group ".*" without -ff|is used by VG |is already in volume group/],
  ['in-use', /contains a filesystem in use|target is busy|Device or resource busy|contains a mounted filesystem/],
  ['in-use', /Can't open \S+ exclusively|not available\. Brick may be containing or be contained by/],
  ['partitioned', /device is partitioned/],
  ['has-contents', /signature detected on|existing signature|appears to contain an existing filesystem/],
  ['no-space', /insufficient free space|No space left on device|not enough free/i],
  ['already-mounted', / already mounted /],
  ['not-mounted', /: not mounted\.?$|no mount point specified/m],
  ['still-started', /has been started\.\s*Volume needs to be stopped/],
  ['already-started', /already started/],
  ['already-stopped', /is not in the started state/],
  ['not-empty', /as it has \d+ snapshots|hosts one or more bricks|containing \d+ logical volumes/],
  ['old-brick', /is already part of a volume/],
  ['brick-is-mount-point', / is a mount point\. /],
  ['not-a-peer', /is not in 'Peer in Cluster' state|is not part of cluster/],
  ['peer-down', /Transport endpoint is not connected|Host \S+ (?:is )?not connected|One or more bricks may be down/],
  ['peer-down', /Some of the peers are down|One of the peers is probably down|Op' failed|op 'Heal' failed/],
  ['exists', /already exists/],
  ['invalid-request', /Incorrect number of bricks|Failed to create volume files|option : .* does not exist/],
  ['absent', /does not exist|not found|failed to find|No such file or directory|No PV found|Unable to get volinfo/i],
  ['absent', /No device found for|not a block device|No such device|no such volume|device not found/i],
];

/**
 * Tells why a command failed, from its texts: the exit code says little (lvm ends with 5 whatever happened).
 * Only for results that are failures.
 */
export function classifyFailure(failure: Pick<CommandResult, 'stderr'> & Partial<CommandResult>): FailureKind {
  if (failure.exitCode === 127) return 'no-such-program';
  const text = failure.stderr.trim() || failure.stdout?.trim() || '';
  return TEXTS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'unknown';
}
