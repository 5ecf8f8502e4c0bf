import type { Dictionary } from './dictionary.js';
import { audit } from './zh-cn/audit.js';
import { blockVolumes } from './zh-cn/block-volumes.js';
import { common } from './zh-cn/common.js';
import { create } from './zh-cn/create.js';
import { differences } from './zh-cn/differences.js';
import { events } from './zh-cn/events.js';
import { login } from './zh-cn/login.js';
import { navigation } from './zh-cn/navigation.js';
import { nodes } from './zh-cn/nodes.js';
import { operations } from './zh-cn/operations.js';
import { overview } from './zh-cn/overview.js';
import { plans } from './zh-cn/plans.js';
import { usage } from './zh-cn/usage.js';
import { volumes } from './zh-cn/volumes.js';

export const chinese: Dictionary = {
  audit,
  blockVolumes,
  common,
  create,
  differences,
  events,
  login,
  navigation,
  nodes,
  operations,
  overview,
  plans,
  usage,
  volumes,
};
