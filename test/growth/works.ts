import { HOST_WORKS } from './host-works.js';

export const WORKS = [...HOST_WORKS];
