import type { Dictionary } from './dictionary.js';
import { common } from './zh-cn/common.js';
import { login } from './zh-cn/login.js';
import { navigation } from './zh-cn/navigation.js';
import { overview } from './zh-cn/overview.js';

export const chinese: Dictionary = { common, login, navigation, overview };
