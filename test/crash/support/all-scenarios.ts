import { BLOCK_SCENARIOS } from './block-scenarios.js';
import { POOL_SCENARIOS, RECORD_SCENARIOS } from './pool-scenarios.js';
import { REINSTATE_SCENARIOS } from './reinstate-scenarios.js';
import { REPAIR_SCENARIOS } from './repair-scenarios.js';
import {
  CHANGE_SCENARIOS,
  CREATE_SCENARIOS,
  DELETE_SCENARIOS,
  LOSS_SCENARIOS,
  MOVE_SCENARIOS,
} from './volume-scenarios.js';

export const ALL_SCENARIOS = [
  ...CREATE_SCENARIOS,
  ...CHANGE_SCENARIOS,
  ...DELETE_SCENARIOS,
  ...BLOCK_SCENARIOS,
  ...MOVE_SCENARIOS,
  ...LOSS_SCENARIOS,
  ...POOL_SCENARIOS,
  ...RECORD_SCENARIOS,
  ...REINSTATE_SCENARIOS,
  ...REPAIR_SCENARIOS,
];
