import { describeMatrix } from './support/matrix.js';
import { REINSTATE_SCENARIOS } from './support/reinstate-scenarios.js';

describeMatrix(REINSTATE_SCENARIOS);
