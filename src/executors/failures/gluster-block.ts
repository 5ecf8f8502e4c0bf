import { type FailureTable, NOT_OF_A_SHELL } from './row.js';
import { inText, saysWhole } from './said.js';

const GLUSTER_BLOCK = { by: ['gluster-block'], exit: NOT_OF_A_SHELL };

/** What gluster-block(8) says. */
export const GLUSTER_BLOCK_FAILURES = {
  /** It, or the volume that hosts it: not one of its hosts, nor another of a longer name. */
  'block volume absent': [
    {
      ...GLUSTER_BLOCK,
      says: (said, { hostingVolume, name }) => saysWhole(said, `block ${hostingVolume}/${name} doesn't exist`),
    },
    {
      ...GLUSTER_BLOCK,
      says: (said, { hostingVolume }) => saysWhole(said, `volume ${hostingVolume} does not exist`),
    },
  ],
  /** It was there before: nothing was made, nor changed. */
  'block volume exists': [
    { ...GLUSTER_BLOCK, says: (said, { name }) => saysWhole(said, `BLOCK with name: '${name}' already EXIST`) },
  ],
  /** gluster-blockd can't work there: nothing was done, and nothing would be. It does not run without tcmu-runner. */
  'block daemon down': [
    {
      ...GLUSTER_BLOCK,
      says: inText(/Connection failed\. Please check if gluster-block daemon|gluster-blockd\.socket: connect failed/i),
    },
    // It could not even open the volume, as without the glusterd of its own host.
    {
      ...GLUSTER_BLOCK,
      says: inText(/Not able to initialize volume \S{1,255}\[Transport endpoint is not connected\]/i),
    },
  ],
  /** Some host could not set up, change or remove its target. */
  'block volume not exported': [
    {
      ...GLUSTER_BLOCK,
      says: inText(
        /failed to (?:configure|delete config|modify size) on |(?:^|: )(?:rollback )?failed on |(?:configure|modify size|delete) failed/im,
      ),
    },
  ],
  /** Of a resize to a size that it has outgrown, or has. */
  'block volume larger': [{ ...GLUSTER_BLOCK, says: inText(/Shrink size \?/) }],
  'block volume of that size': [{ ...GLUSTER_BLOCK, says: inText(/request size \([^()]*\) is same as current size/) }],
} satisfies Partial<FailureTable>;
