import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { Growth } from './count-works.js';
import { TOLERANCE } from './work-counter.js';

/** A machine that does other things as well takes several times as long as one that does not. */
const LIMIT_MS = 900_000;

const program = fileURLToPath(new URL('./count-works.ts', import.meta.url));

it(
  'no piece of the program is run more often than there is more of what it is about',
  async () => {
    const args = ['--no-opt', '--import', 'tsx', program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 24 });
    const found = JSON.parse(stdout) as readonly Growth[];
    expect(found.length).toBeGreaterThan(0);
    const tooFast = found.flatMap(({ name, power, fastest }) =>
      fastest.filter((grown) => grown.power > power + TOLERANCE).map((grown) => ({ name, ...grown })),
    );
    expect(tooFast).toEqual([]);
  },
  LIMIT_MS,
);
