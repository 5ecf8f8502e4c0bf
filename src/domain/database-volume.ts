/** The volume that holds heketi's own database; it can't be deleted through the API. */
export const DATABASE_VOLUME_NAME = 'heketidbstorage';

/** Tells which of these options a volume has: a number of this list, or a word where somebody chose others. */
export const DATABASE_LEVEL = 'user.heketi.dbstoragelevel';

/** What a database file on a GlusterFS mount needs: no caching, no reordering of writes. The level is the last. */
export const DATABASE_VOLUME_OPTIONS = [
  'performance.stat-prefetch off',
  'performance.write-behind off',
  'performance.open-behind off',
  'performance.quick-read off',
  'performance.strict-o-direct on',
  'performance.read-ahead off',
  'performance.io-cache off',
  'performance.readdir-ahead off',
  `${DATABASE_LEVEL} 1`,
] as const;
