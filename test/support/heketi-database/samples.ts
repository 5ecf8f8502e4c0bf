import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

const GOLDEN = resolve(import.meta.dirname, '../../golden/db');
/** The samples of Heketi's own project are not copied into this one. */
const FOLDERS = [GOLDEN, resolve(GOLDEN, '../../../../shared/golden/db')];

/** A recorded database of Heketi's. */
export interface Sample {
  readonly name: string;
  readonly file: string;
  readonly expect: 'convert' | 'refuse';
  /** Exports of what a Heketi makes of it when it starts; either will do. */
  readonly truth?: string | readonly string[];
}

/** Those whose files are here. */
export function samples(): readonly Sample[] {
  const all = JSON.parse(readFileSync(join(GOLDEN, 'samples.json'), 'utf8')) as readonly Sample[];
  return all.filter((sample) => filesOfSample(sample).every((file) => findSampleFile(file) !== null));
}

export function filesOfSample({ file, truth }: Sample): readonly string[] {
  return [file, ...(truth === undefined ? [] : [truth].flat())];
}

export function findSampleFile(file: string): string | null {
  return FOLDERS.map((folder) => join(folder, file)).find((path) => existsSync(path)) ?? null;
}

export function readSample({ file }: Pick<Sample, 'file'>): Buffer {
  const bytes = readFileSync(findSampleFile(file) ?? '');
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}
