import { steadyUnixMs } from '../../../timing/clocks.js';

export function nowSeconds(): number {
  return Math.floor(steadyUnixMs() / 1000);
}
