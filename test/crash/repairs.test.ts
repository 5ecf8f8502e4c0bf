import { describeMatrix } from './support/matrix.js';
import { REPAIR_SCENARIOS } from './support/repair-scenarios.js';

describeMatrix(REPAIR_SCENARIOS);
