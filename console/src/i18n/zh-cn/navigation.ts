import type { Dictionary } from '../dictionary.js';

export const navigation: Dictionary['navigation'] = {
  overview: '总览',
  volumes: '卷',
  create: '创建',
  blockVolumes: '块卷',
  nodes: '节点与设备',
  operations: '操作',
  events: '事件',
  differences: '差异',
  audit: '审计',
};
