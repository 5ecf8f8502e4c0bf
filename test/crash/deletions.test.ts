import { describeMatrix } from './support/matrix.js';
import { DELETE_SCENARIOS } from './support/volume-scenarios.js';

describeMatrix(DELETE_SCENARIOS);
