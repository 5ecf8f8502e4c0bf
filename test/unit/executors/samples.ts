import { readdirSync, readFileSync } from 'node:fs';
import type { CommandResult } from '../../../src/executors/executor.js';

/** What a real program printed once: command line, `--- stdout`, `--- stderr`, `--- exit N`. */
export interface Sample extends CommandResult {
  readonly commandLine: string;
}

/** From a life cycle on real hosts. */
export function sample(name: string): Sample {
  return read('samples', name);
}

/** From real hosts in the situations that the device preflight looks for. */
export function recorded(name: string): Sample {
  return read('recorded', name);
}

/** What GlusterFS 10.3 says of clients, and while glusterd is busy or does not answer. */
export function ofGluster(name: string): Sample {
  return read('gluster', name);
}

export function namesIn(folder: 'samples' | 'recorded'): readonly string[] {
  return readdirSync(new URL(`../../rig/${folder}`, import.meta.url))
    .filter((file) => file.endsWith('.txt'))
    .map((file) => file.slice(0, -'.txt'.length))
    .sort();
}

function read(folder: string, name: string): Sample {
  const text = readFileSync(new URL(`../../rig/${folder}/${name}.txt`, import.meta.url), 'utf8');
  const match = /^(.*?)\n--- stdout\n(.*?)--- stderr\n(.*?)--- exit (\d+)\n?$/s.exec(text);
  if (!match) throw new Error(`${name} is not a sample`);
  const [, commandLine = '', stdout = '', stderr = '', exit = ''] = match;
  return { commandLine, stdout, stderr, exitCode: Number(exit) };
}
