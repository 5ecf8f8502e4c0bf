/** Our variables that only the start of a container reads; see docs/container.md. */
export const CONTAINER_VARIABLES = [
  'MORTAR_BACKUPDB',
  'MORTAR_DB_LOCK_WAIT_SECONDS',
  'MORTAR_DB_VOLUME_WAIT_SECONDS',
] as const;
