import type { Dictionary } from '../dictionary.js';

export const plans: Dictionary['plans'] = {
  refused: '服务器拒绝了该请求',
  notAsked: '填写大小后即可看到放置位置。',
  fits: (bricks) => `可以容纳：${bricks} 个 brick`,
  doesNotFit: '无法容纳',
  nothingFits: '目前无法容纳任何此类卷。',
  takeLargest: '采用该大小',
  planned: '计划占用',
  set: '组',
  zone: '区域',
  node: '节点',
  device: '设备',
  takes: '占用',
  bricks: '每个 brick 的去向',
  arbiter: '仲裁',
  noCluster: '没有集群能够容纳',
  clusterRefuses: (id) => `集群 ${id} 无法容纳`,
  reasons: '各种原因的设备数量',
};
