/** Anything that carries gluster's own words: a CommandError, or an opErrstr put into one. */
interface Failure {
  readonly message: string;
}

/** Another change of the same volume holds glusterd's lock; nothing was done, and trying again later is safe. */
export function isTransactionInProgress({ message }: Failure): boolean {
  return /Another transaction (?:is )?in progress|Locking failed on|Another transaction could be in progress/i.test(
    message,
  );
}

/** The volume is not there: `Volume NAME does not exist`, or without the name in XML. */
export function isVolumeAbsent({ message }: Failure): boolean {
  return /Volume (?:\S+ |\([^()]*\) ?)?does not exist|Unable to get volinfo for volume name/i.test(message);
}

export function isSnapshotAbsent({ message }: Failure): boolean {
  return /Snapshot \([^()]*\) does not exist/i.test(message);
}

export function isNoPeer({ message }: Failure): boolean {
  return /is not part of cluster/i.test(message);
}

export function isAlreadyStarted({ message }: Failure): boolean {
  return /already started/i.test(message);
}

export function isAlreadyStopped({ message }: Failure): boolean {
  return /is not in the started state/i.test(message);
}

/** Of `volume status`. */
export function isNotStarted({ message }: Failure): boolean {
  return /Volume \S+ is not started/i.test(message);
}
