import { readFileSync } from 'node:fs';
import type { CommandResult } from '../../../src/executors/executor.js';

/** What a real program printed once: command line, `--- stdout`, `--- stderr`, `--- exit N`. */
export function sample(name: string): CommandResult & { readonly commandLine: string } {
  const text = readFileSync(new URL(`../../rig/samples/${name}.txt`, import.meta.url), 'utf8');
  const match = /^(.*?)\n--- stdout\n(.*?)--- stderr\n(.*?)--- exit (\d+)\n?$/s.exec(text);
  if (!match) throw new Error(`${name} is not a sample`);
  const [, commandLine = '', stdout = '', stderr = '', exit = ''] = match;
  return { commandLine, stdout, stderr, exitCode: Number(exit) };
}
