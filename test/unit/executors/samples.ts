import { readdirSync, readFileSync } from 'node:fs';
import { readGlusterXml } from '../../../src/executors/commands/gluster/gluster-xml.js';
import { answerTo, CommandError, type CommandResult } from '../../../src/executors/executor.js';
import { FAILURES, failsWith } from '../../../src/executors/failures/failures.js';
import type { FailureKind } from '../../../src/executors/failures/kinds.js';
import type { Said } from '../../../src/executors/failures/said.js';

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

export function namesIn(folder: 'samples' | 'recorded' | 'gluster'): readonly string[] {
  return readdirSync(new URL(`../../rig/${folder}`, import.meta.url))
    .filter((file) => file.endsWith('.txt'))
    .map((file) => file.slice(0, -'.txt'.length))
    .sort();
}

function read(folder: string, name: string): Sample {
  const known = samples.get(`${folder}/${name}`);
  if (!known) throw new Error(`there is no sample ${folder}/${name}`);
  return known;
}

function readFile(folder: string, name: string): Sample {
  const text = readFileSync(new URL(`../../rig/${folder}/${name}.txt`, import.meta.url), 'utf8');
  const match = /^(.*?)\n--- stdout\n(.*?)--- stderr\n(.*?)--- exit (\d+)\n?$/s.exec(text);
  if (!match) throw new Error(`${name} is not a sample`);
  const [, commandLine = '', stdout = '', stderr = '', exit = ''] = match;
  return { commandLine, stdout, stderr, exitCode: Number(exit) };
}

const OF_LVM = /^(?:lv|pv|vg)[a-z]+$/;

/** The program and its arguments, without who called it. */
function argvOf(commandLine: string): readonly string[] {
  const [, called] = /^su \w+ -c '(?:sudo (?:-n )?)?(.*)'$/.exec(commandLine) ?? [];
  const argv = (called ?? commandLine).replaceAll("'", '').split(/\s+/);
  return OF_LVM.test(argv[0] ?? '') ? ['lvm', ...argv] : argv;
}

/** What judges are asked about. What gluster says with --xml counts, not its exit code. */
export function saidIn(found: Sample): Said {
  const known = said.get(found);
  if (!known) throw new Error(`${found.commandLine} is not as recorded`);
  return known;
}

async function readSaid(found: Sample): Promise<Said> {
  const command = { argv: argvOf(found.commandLine), timeoutMs: 1 };
  if (!found.stdout.startsWith('<?xml')) return answerTo(command, found);
  try {
    await readGlusterXml('n1', command, found);
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
  return answerTo(command, found);
}

/** All that the program was asked for, by the names that its command line has. */
export function aboutOf(said: Said) {
  const line = said.argv.join(' ');
  const [, vg = '', lv = ''] = /(vg_\w+)(?:\/(\w+))?/.exec(line) ?? [];
  const [, hostingVolume = '', name = ''] = /(\w+)\/(\w+)/.exec(said.argv[2] ?? '') ?? [];
  const [device = ''] = /\/dev\/(?:disk\/\S+|\w+)/.exec(line) ?? [];
  const [path = ''] = /\/\S+$/.exec(line) ?? [];
  return {
    ...{ path, vg, lv, device, hostingVolume, name },
    pool: lv.replace('brick', 'tp'),
    module: said.argv.at(-1) ?? '',
  };
}

/** Every kind that the answer is taken for. */
export function kindsOf(said: Said, about = aboutOf(said)): readonly FailureKind[] {
  const ask = failsWith as (said: Said, kind: FailureKind, about: object) => boolean;
  return (Object.keys(FAILURES) as FailureKind[]).filter((kind) => ask(said, kind, about));
}

const samples: ReadonlyMap<string, Sample> = new Map(
  (['samples', 'recorded', 'gluster'] as const).flatMap((folder) =>
    namesIn(folder).map((name) => [`${folder}/${name}`, readFile(folder, name)] as const),
  ),
);
const said = new Map<Sample, Said>();
for (const found of samples.values()) said.set(found, await readSaid(found));
