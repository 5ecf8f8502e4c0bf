export const usage = {
  used: 'Really in use',
  notKnown: 'What is really in use is not known',
  /** How much, and its share of what can be used. */
  part: (size: string, share: string) => `${size} (${share})`,
  ofTotal: (size: string, total: string, share: string) => `${size} of ${total} (${share})`,
  pool: 'Thin pool: data / metadata',
  poolShares: (data: string, metadata: string) => `${data} / ${metadata}`,
  asOf: 'As of',
  poolFilling: (device: string, data: string, metadata: string) =>
    `A thin pool on ${device} fills up: data ${data}, metadata ${metadata}`,
  poolFillingHint:
    'A full one takes no writes, and its volume fails with it. See which brick it is; then delete files, snapshots or clones, expand the volume, or give the pool more with lvextend on its host.',
  morePools: (count: string) => `Thin pools fill up on ${count} devices more`,
};
