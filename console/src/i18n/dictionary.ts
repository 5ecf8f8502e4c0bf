import { audit } from './en/audit.js';
import { blockVolumes } from './en/block-volumes.js';
import { common } from './en/common.js';
import { create } from './en/create.js';
import { differences } from './en/differences.js';
import { events } from './en/events.js';
import { login } from './en/login.js';
import { navigation } from './en/navigation.js';
import { nodes } from './en/nodes.js';
import { operations } from './en/operations.js';
import { overview } from './en/overview.js';
import { plans } from './en/plans.js';
import { usage } from './en/usage.js';
import { volumes } from './en/volumes.js';

/** All texts of the console in English, an area for each page. Texts of the server are not among them. */
export const english = {
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

/** What every language has: a text that is missing does not compile. */
export type Dictionary = typeof english;
