export const navigation = {
  overview: 'Overview',
  volumes: 'Volumes',
  create: 'Create',
  blockVolumes: 'Block volumes',
  nodes: 'Nodes and devices',
  operations: 'Operations',
  events: 'Events',
  differences: 'Differences',
  audit: 'Audit',
};
