import { counted } from './common.js';

export const plans = {
  refused: 'The server refuses this',
  notAsked: 'Give a size to see where it would go.',
  fits: (bricks: number) => `It fits: ${counted(bricks, 'brick')}`,
  doesNotFit: 'It does not fit',
  nothingFits: 'Nothing of this kind fits at the moment.',
  takeLargest: 'Take this size',
  planned: 'planned',
  set: 'Set',
  zone: 'Zone',
  node: 'Node',
  device: 'Device',
  takes: 'Takes',
  bricks: 'Where each brick would go',
  arbiter: 'arbiter',
  noCluster: 'No cluster takes it',
  clusterRefuses: (id: string) => `Cluster ${id} does not take it`,
  reasons: 'Devices for each reason',
};
