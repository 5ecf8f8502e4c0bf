import type { Dictionary } from './dictionary.js';
import { common } from './zh-cn/common.js';
import { events } from './zh-cn/events.js';
import { login } from './zh-cn/login.js';
import { navigation } from './zh-cn/navigation.js';
import { nodes } from './zh-cn/nodes.js';
import { operations } from './zh-cn/operations.js';
import { overview } from './zh-cn/overview.js';

export const chinese: Dictionary = { common, events, login, navigation, nodes, operations, overview };
