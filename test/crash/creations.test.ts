import { describeMatrix } from './support/matrix.js';
import { CREATE_SCENARIOS } from './support/volume-scenarios.js';

describeMatrix(CREATE_SCENARIOS);
