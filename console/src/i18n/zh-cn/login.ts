import type { Dictionary } from '../dictionary.js';

export const login: Dictionary['login'] = {
  title: '登录',
  intro: '使用服务器管理员的用户名和密钥，与 heketi-cli 相同。它们只保存在本页的内存中。',
  user: '用户',
  key: '密钥',
  submit: '登录',
  submitting: '正在询问服务器',
  refused: '服务器拒绝了该密钥',
  notReached: '服务器没有应答',
  ended: '服务器不再接受该密钥，请重新登录。',
  onlyAdmins: '控制台供 admin 用户使用：其他用户只能列出和创建卷。',
};
