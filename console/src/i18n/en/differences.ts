import { counted } from './common.js';

export const differences = {
  title: 'Differences',
  intro:
    'What the database and the hosts disagree about. Comparing asks every host, takes a while, and changes nothing.',
  compare: 'Compare now',
  comparing: 'Comparing database and hosts',
  none: 'Database and hosts agree.',
  found: (count: number) => `${counted(count, 'difference')} found`,
  remedy: 'What to do',
  notCompared: 'Could not be asked',
  pending: (count: number) => `What ${counted(count, 'operation')} under way is about was left out.`,
  plan: 'Plan a repair',
  planTitle: 'What a repair would do',
  repairable: (count: number, all: number) => `${count} of ${counted(all, 'difference')} would be repaired.`,
  obstacle: 'In the way',
  steps: 'Steps, in this order',
  stays: 'stays',
  repaired: 'is repaired',
  repair: 'Repair',
  repairing: 'Repair of the differences',
  wholeCluster: 'whole cluster',
  notYet: 'Nothing was compared on this page yet.',
};
