import type { Dictionary } from '../dictionary.js';

export const audit: Dictionary['audit'] = {
  title: '审计',
  intro: '谁、从哪里、请求了哪项变更、得到什么答复；包括被拒绝的请求和无效令牌。',
  time: '时间',
  who: '请求者',
  from: '来源',
  request: '请求',
  answer: '答复',
  outcomes: { done: '完成', accepted: '已受理', refused: '已拒绝', failed: '失败' },
  reason: '原因',
  duration: '耗时',
  nobody: '无',
  repeats: (count) => `该分钟内另有 ${count} 次`,
  earlier: '显示更早的记录',
  none: '尚无任何请求。',
  onlyRefused: '只看被拒绝和失败的',
  milliseconds: (ms) => `${ms} 毫秒`,
};
