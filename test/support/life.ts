import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';

const run = promisify(execFile);
const LIFE = resolve('test/simcluster/life.mjs');

/** This repository's server; `{config}` stands for the file. */
export const SERVER = `${resolve('bin/heketi')} --config={config} --disable-auth`;

/** What life.mjs prints of a scenario: what hosts look like after each operation is compared with what the original left. */
export async function live(scenario: string, start: string): Promise<string> {
  const args = [LIFE, '--start', start, '--check', resolve('test/golden/commands'), '--only', scenario];
  // It ends with 1 when something differs.
  const { stdout } = await run(process.execPath, args).catch((error: { readonly stdout: string }) => error);
  return stdout;
}

/** Everything was compared, and nothing else differed. */
export function expectDifferences(printed: string, differing: readonly string[]): void {
  const failed = [...printed.matchAll(/^FAIL (.*)\.json/gm)].map(([, name]) => name);
  expect(failed, printed).toEqual(differing);
  expect(printed).toMatch(/^[1-9]\d* passed, \d+ failed$/m);
}
