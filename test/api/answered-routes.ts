import { ROUTES } from '../../src/api/contract/routes.js';

/** All whose answer comes to an end by itself. */
export const ANSWERED_ROUTES = ROUTES.filter(({ isStream }) => !isStream);
