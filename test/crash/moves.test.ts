import { describeMatrix } from './support/matrix.js';
import { MOVE_SCENARIOS } from './support/volume-scenarios.js';

describeMatrix(MOVE_SCENARIOS);
