import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { filesOfSample, findSampleFile, samples } from '../support/heketi-database/samples.js';

const ROOT = resolve(import.meta.dirname, '../..');

it("each recorded database of Heketi's, of every version and damaged in many ways, is exported or refused as recorded", () => {
  const folder = mkdtempSync(join(tmpdir(), 'mortar-databases-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const here = samples();
  writeFileSync(join(folder, 'samples.json'), JSON.stringify(here));
  for (const file of new Set(here.flatMap(filesOfSample))) symlinkSync(findSampleFile(file) ?? '', join(folder, file));

  const heketi = `${process.execPath} ${join(ROOT, 'bin/heketi')}`;
  const command = `${heketi} db export --dbfile {db} --jsonfile {json}`;
  const checker = join(import.meta.dirname, 'check-dbimport.mjs');
  const { stdout, stderr } = spawnSync(process.execPath, [checker, '--in-use', '--export', command, folder], {
    encoding: 'utf8',
  });
  // With one that is in use, and one that does not exist.
  expect(stdout.trim().split('\n').at(-1), `${stdout}${stderr}`).toBe(`${here.length + 2} passed, 0 failed`);
  expect(here.length).toBeGreaterThan(40);
});
