import { audit } from './en/audit.js';
import { common } from './en/common.js';
import { differences } from './en/differences.js';
import { events } from './en/events.js';
import { login } from './en/login.js';
import { navigation } from './en/navigation.js';
import { nodes } from './en/nodes.js';
import { operations } from './en/operations.js';
import { overview } from './en/overview.js';

/** All texts of the console in English, an area for each page. Texts of the server are not among them. */
export const english = { audit, common, differences, events, login, navigation, nodes, operations, overview };

/** What every language has: a text that is missing does not compile. */
export type Dictionary = typeof english;
