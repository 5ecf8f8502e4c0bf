import type { Dictionary } from '../dictionary.js';

export const usage: Dictionary['usage'] = {
  used: '实际使用',
  notKnown: '无法得知实际使用量',
  part: (size, share) => `${size}（${share}）`,
  ofTotal: (size, total, share) => `${size}，共 ${total}（${share}）`,
  pool: '精简池：数据 / 元数据',
  poolShares: (data, metadata) => `${data} / ${metadata}`,
  asOf: '截至',
  poolFilling: (device, data, metadata) => `${device} 上的精简池即将写满：数据 ${data}，元数据 ${metadata}`,
  poolFillingHint:
    '写满的精简池不再接受写入，其上的卷也会随之出错。请查看是哪个 brick，然后删除文件、快照或克隆，扩容该卷，或在主机上用 lvextend 扩大精简池。',
  morePools: (count) => `另有 ${count} 个设备上的精简池即将写满`,
};
