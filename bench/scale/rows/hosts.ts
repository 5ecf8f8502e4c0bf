import { ofVolumes, type Row } from '../row.js';

/** What the server asks of all hosts at once, and makes of their answers. */
export const HOST_ROWS: readonly Row[] = [
  {
    name: 'node repair, a round of 30 nodes',
    grows: 'with volumes',
    toReach: '2 s at 1,000 volumes, turns of 50 ms',
    measure: (site) => site.inBackground('repair round'),
  },
  {
    name: 'node repair, a node with bricks of all volumes',
    grows: 'with volumes',
    toReach: 'linear, turns of 50 ms',
    shape: (volumes) => ofVolumes(volumes, 3),
    measure: (site) => site.inBackground('repair of a node'),
  },
  {
    name: 'differences between hosts and database',
    grows: 'with volumes',
    toReach: '60 s and 400 MiB at 20,000, turns of 50 ms',
    measure: (site) => site.inBackground('differences'),
  },
  {
    name: "gluster's XML of all volumes",
    grows: 'with volumes',
    toReach: 'turns of 20 ms',
    shape: (volumes) => ofVolumes(volumes, 3),
    measure: (site) => site.inBackground("gluster's XML"),
  },
  {
    name: 'recovery of 500 records',
    grows: 'with volumes',
    sizes: [500],
    toReach: 'turns of 50 ms',
    measure: (site) => site.inBackground('recovery'),
  },
];
