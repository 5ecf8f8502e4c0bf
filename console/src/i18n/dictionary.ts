import { common } from './en/common.js';
import { login } from './en/login.js';
import { navigation } from './en/navigation.js';
import { overview } from './en/overview.js';

/** All texts of the console in English, an area for each page. Texts of the server are not among them. */
export const english = { common, login, navigation, overview };

/** What every language has: a text that is missing does not compile. */
export type Dictionary = typeof english;
