const id = (letter: string): string => letter.repeat(32);

export const CLUSTER_ID = id('c');
export const NODE_ID = id('1');
export const DEVICE_ID = id('d');
export const BRICK_ID = id('b');
export const VOLUME_ID = id('f');

export const brick = {
  id: BRICK_ID,
  path: `/var/lib/heketi/mounts/vg_${DEVICE_ID}/brick_${BRICK_ID}/brick`,
  device: DEVICE_ID,
  node: NODE_ID,
  volume: VOLUME_ID,
  size: 104_857_600,
};

export const device = {
  name: '/dev/sdb',
  storage: { total: 524_288_000, free: 511_705_088, used: 12_582_912 },
  id: DEVICE_ID,
  state: 'online',
  bricks: [brick],
};

export const node = {
  zone: 2,
  hostnames: { manage: ['n2'], storage: ['10.0.0.2'] },
  cluster: CLUSTER_ID,
  id: NODE_ID,
  state: 'online',
  devices: [device],
};

export const cluster = {
  id: CLUSTER_ID,
  nodes: [NODE_ID],
  volumes: [VOLUME_ID],
  block: true,
  file: true,
  blockvolumes: [],
};

export const volume = {
  size: 100,
  name: 'v1',
  durability: { type: 'replicate', replicate: { replica: 3 }, disperse: { data: 4, redundancy: 2 } },
  snapshot: { enable: false, factor: 1 },
  id: VOLUME_ID,
  cluster: CLUSTER_ID,
  mount: {
    glusterfs: {
      hosts: ['10.0.0.2', '10.0.0.1', '10.0.0.3'],
      device: '10.0.0.2:v1',
      options: { 'backup-volfile-servers': '10.0.0.1,10.0.0.3' },
    },
  },
  blockinfo: {},
  bricks: [brick, brick, brick],
};

export const blockVolume = {
  size: 5,
  name: 'blk',
  hacount: 2,
  id: id('e'),
  blockvolume: { hosts: ['10.0.0.1', '10.0.0.2'], iqn: 'iqn.2016:x', lun: 0, username: '', password: '' },
  cluster: CLUSTER_ID,
  blockhostingvolume: VOLUME_ID,
  usablesize: 5,
};
