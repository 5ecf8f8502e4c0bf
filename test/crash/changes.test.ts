import { describeMatrix } from './support/matrix.js';
import { CHANGE_SCENARIOS } from './support/volume-scenarios.js';

describeMatrix(CHANGE_SCENARIOS);
