import type { Dictionary } from './dictionary.js';
import { audit } from './zh-cn/audit.js';
import { common } from './zh-cn/common.js';
import { differences } from './zh-cn/differences.js';
import { events } from './zh-cn/events.js';
import { login } from './zh-cn/login.js';
import { navigation } from './zh-cn/navigation.js';
import { nodes } from './zh-cn/nodes.js';
import { operations } from './zh-cn/operations.js';
import { overview } from './zh-cn/overview.js';

export const chinese: Dictionary = {
  audit,
  common,
  differences,
  events,
  login,
  navigation,
  nodes,
  operations,
  overview,
};
