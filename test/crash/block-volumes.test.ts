import { BLOCK_SCENARIOS } from './support/block-scenarios.js';
import { describeMatrix } from './support/matrix.js';

describeMatrix(BLOCK_SCENARIOS);
