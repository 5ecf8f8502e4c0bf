/** The maps of an exported database. */
export type EntryMap =
  | 'clusterentries'
  | 'nodeentries'
  | 'deviceentries'
  | 'brickentries'
  | 'volumeentries'
  | 'blockvolumeentries'
  | 'dbattributeentries'
  | 'pendingoperations';

/** A database of the original's, entry by entry, each in the layout of an export. */
export interface EntrySource {
  entries(map: EntryMap): Iterable<readonly [key: string, entry: unknown]>;
}
