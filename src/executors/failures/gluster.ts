import { ANY, FAILED, type FailureTable, NOT_OF_A_SHELL } from './row.js';
import { atTheStart, inText } from './said.js';

const GLUSTER = { by: ['gluster'], exit: NOT_OF_A_SHELL };

/** What gluster(8) says. */
export const GLUSTER_FAILURES = {
  /** Nothing was done there, and nothing would be. */
  'glusterd down': [{ by: ['gluster'], exit: FAILED, says: inText(/connection failed/i) }],
  /**
   * Whoever waited for a daemon gave up, or was cut off; the daemon goes on with the change. Said in plain text even
   * with --xml, and whatever the exit code.
   */
  'request timed out': [
    {
      by: ['gluster'],
      exit: ANY,
      says: atTheStart(/(?:^Error ?: ?|failed: |<opErrstr>[^<]*)Request timed out/im),
    },
    {
      by: ['gluster-block'],
      exit: ANY,
      says: atTheStart(/Did not receive any response from gluster-block daemon/i),
    },
  ],
  /** Another change of the same volume, or pool, holds glusterd's lock: nothing was done, and trying again is safe. */
  'another transaction in progress': [
    {
      ...GLUSTER,
      says: inText(
        /Another transaction (?:is )?in progress|Locking failed on|Another transaction could be in progress/i,
      ),
    },
  ],
  /** `Volume NAME does not exist`, or without the name in XML. */
  'volume absent': [
    {
      ...GLUSTER,
      says: inText(/Volume (?:\S+ |\([^()]*\) ?)?does not exist|Unable to get volinfo for volume name/i),
    },
  ],
  'snapshot absent': [{ ...GLUSTER, says: inText(/Snapshot \([^()]*\) does not exist/i) }],
  'peer absent': [{ ...GLUSTER, says: inText(/is not part of cluster/i) }],
  /**
   * Of `volume reset-brick`: the brick's glusterd has learnt of it since it started, and takes it for a new one until
   * its next start. Nothing was done.
   */
  'brick known too late': [{ ...GLUSTER, says: inText(/When destination brick is new/i) }],
  'volume started already': [{ ...GLUSTER, says: inText(/already started/i) }],
  'volume stopped already': [{ ...GLUSTER, says: inText(/is not in the started state/i) }],
  /** Of `volume status`, and of `heal info` also when all its bricks are down. */
  'volume not started': [
    { ...GLUSTER, says: ({ stdout, stderr }) => /Volume \S+ is not started/i.test(`${stderr}\n${stdout}`) },
  ],
  /** `heal info` is a client of the volume: its host's glusterd gave it no volfile. */
  'volume definition not given': [
    { ...GLUSTER, says: inText(/Not able to fetch volfile from glusterd|Setting the volfile server failed/i) },
  ],
  /** The same client had the volfile, and could not use it. */
  'volume out of reach': [{ ...GLUSTER, says: inText(/Not able to (?:mount the volume|initialize volume)/i) }],
  'volume without heal': [{ ...GLUSTER, says: inText(/Volume \S+ is not of type replicate/i) }],
  /** On any bricks. */
  'volume name refused': [
    { ...GLUSTER, says: inText(/is too long|^Volume name .* is invalid|^Volume name should not contain/im) },
  ],
  'volume option unknown': [{ ...GLUSTER, says: inText(/option : \S+ does not exist/i) }],
} satisfies Partial<FailureTable>;
