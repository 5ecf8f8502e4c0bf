import { linkSync, lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { putInPlace } from '../../src/store/open-store.js';
import { temporaryFile } from './temporary-database.js';

/** A file that stands at its place, and one that is to take it. */
function placed(): { readonly file: string; readonly made: string } {
  const file = temporaryFile();
  const made = `${file}.restoring`;
  writeFileSync(file, 'old');
  writeFileSync(made, 'new');
  return { file, made };
}

/** Puts `made` into the place of `file`, and answers the name under which the old one is kept. */
async function replaced({ file, made }: ReturnType<typeof placed>): Promise<string> {
  const kept = (await putInPlace(made, file)) ?? '';
  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(readFileSync(kept, 'utf8')).toBe('old');
  return kept;
}

describe('a file that is replaced is kept', () => {
  it('under another name than that of a link that leads nowhere', async () => {
    const { file, made } = placed();
    symlinkSync('/nowhere', `${file}.replaced`);
    expect(await replaced({ file, made })).toBe(`${file}.replaced.2`);
    expect(lstatSync(`${file}.replaced`).isSymbolicLink()).toBe(true);
  });

  it('whatever else lies beside one that has further names', async () => {
    const { file, made } = placed();
    linkSync(file, join(dirname(file), 'of a person'));
    symlinkSync('/nowhere', `${file}.replaced-elsewhere`);
    expect(await replaced({ file, made })).toBe(`${file}.replaced`);
  });

  it('under the name that one who was killed has given it', async () => {
    const { file, made } = placed();
    linkSync(file, `${file}.replaced.7`);
    expect(await replaced({ file, made })).toBe(`${file}.replaced.7`);
  });

  it('not under the name with which an import that was killed has made it: the next import removes that', async () => {
    const { file, made } = placed();
    linkSync(file, `${file}.importing`);
    expect(await replaced({ file, made })).toBe(`${file}.replaced`);
  });
});
