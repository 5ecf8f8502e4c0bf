import type { Dictionary } from '../dictionary.js';

export const differences: Dictionary['differences'] = {
  title: '差异',
  intro: '数据库与主机不一致之处。比对会询问每台主机，需要一些时间，不做任何更改。',
  compare: '立即比对',
  comparing: '正在比对数据库与主机',
  none: '数据库与主机一致。',
  found: (count) => `发现 ${count} 处差异`,
  remedy: '处理办法',
  notCompared: '无法询问',
  pending: (count) => `有 ${count} 个操作正在进行，其相关内容未比对。`,
  plan: '规划修复',
  planTitle: '修复将做的事',
  repairable: (count, all) => `${all} 处差异中有 ${count} 处会被修复。`,
  obstacle: '障碍',
  steps: '步骤（按顺序）',
  stays: '保留',
  repaired: '将修复',
  repair: '修复',
  repairing: '修复差异',
  wholeCluster: '整个集群',
  notYet: '本页尚未进行过比对。',
};
