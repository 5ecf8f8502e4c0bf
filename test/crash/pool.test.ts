import { describeMatrix } from './support/matrix.js';
import { POOL_SCENARIOS, RECORD_SCENARIOS } from './support/pool-scenarios.js';

describeMatrix([...POOL_SCENARIOS, ...RECORD_SCENARIOS]);
