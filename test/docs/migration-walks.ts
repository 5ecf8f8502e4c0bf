/** Sections of docs/migration.md, each with the command that serves in the place of what starts a server there. */
export const MIGRATION_WALKS = [
  ['From packages', 'heketi --config=/etc/heketi/heketi.json'],
  ['In a container', 'heketi container-start'],
  ['In Kubernetes', 'heketi container-start'],
] as const;
