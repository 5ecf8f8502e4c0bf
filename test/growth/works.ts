import { DATABASE_WORKS } from './database-works.js';
import { DEVICE_WORKS } from './device-works.js';
import { HOST_WORKS } from './host-works.js';
import { RECOVERY_WORKS } from './recovery-works.js';
import { REQUEST_WORKS } from './request-works.js';
import { TOPOLOGY_WORKS } from './topology-works.js';

export const WORKS = [
  ...HOST_WORKS,
  ...DEVICE_WORKS,
  ...RECOVERY_WORKS,
  ...DATABASE_WORKS,
  ...REQUEST_WORKS,
  ...TOPOLOGY_WORKS,
];
