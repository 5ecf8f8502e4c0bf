import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { type Copy, DockerfileParser, type Instruction } from 'dockerfile-ast';

/** Of RUN: what has nothing to do with files that the program needs. */
const WITHOUT_FILES = /^(apt-get (update|install)|rm -rf \/var\/lib\/apt|useradd|chown|chmod) ?/;

export interface BuiltImage {
  /** Whole words of the entry point. */
  readonly entryPoint: readonly string[];
  /** Shell text. */
  readonly healthCheck: string;
  /** What the image sets. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders that are taken from the build stage as they are, by their place in the image. */
  readonly built: ReadonlyMap<string, string>;
}

/**
 * Carries out what the last stage of a Dockerfile does to files, in `tree`. Throws at an instruction that it does not know.
 * `whole`: paths of the build stage that are too large to be copied; they are answered as `built`.
 */
export function buildTree(text: string, context: string, tree: string, whole: readonly string[]): BuiltImage {
  const stage = lastStage(DockerfileParser.parse(text).getInstructions());
  const built = new Map<string, string>();
  const env: Record<string, string> = {};
  let folder = '/';
  let entryPoint: readonly string[] = [];
  let healthCheck = '';
  for (const instruction of stage) {
    const content = (instruction.getArgumentsContent() ?? '').trim();
    const keyword = instruction.getKeyword();
    if (keyword === 'WORKDIR') {
      folder = posix.resolve(folder, content);
      mkdirSync(join(tree, folder), { recursive: true });
    } else if (keyword === 'ENV') {
      const [name = '', value = ''] = content.split('=');
      env[name] = value;
    } else if (keyword === 'COPY')
      copy(instruction as Copy, content.split(/\s+/), { context, tree, folder, whole, built });
    else if (keyword === 'RUN') for (const command of content.split(/\s*&&\s*/)) runIn(tree, command);
    else if (keyword === 'ENTRYPOINT') entryPoint = JSON.parse(content) as string[];
    else if (keyword === 'HEALTHCHECK') healthCheck = content.slice(content.indexOf('CMD ') + 'CMD '.length);
    else if (!['FROM', 'ARG', 'LABEL', 'VOLUME', 'EXPOSE'].includes(keyword))
      throw new Error(`not known here: ${keyword} ${content}`);
  }
  return { entryPoint, healthCheck, env, built };
}

function lastStage(all: readonly Instruction[]): readonly Instruction[] {
  return all.slice(all.findLastIndex((instruction) => instruction.getKeyword() === 'FROM'));
}

interface Place {
  readonly context: string;
  readonly tree: string;
  readonly folder: string;
  readonly whole: readonly string[];
  readonly built: Map<string, string>;
}

function copy(instruction: Copy, words: readonly string[], { context, tree, folder, whole, built }: Place): void {
  const isBuilt = instruction.getFromFlag()?.getValue() === 'build';
  const sources = words.slice(0, -1);
  const target = posix.resolve(folder, words.at(-1) ?? '');
  for (const source of sources) {
    // The build stage builds where the program lies in the image.
    const from = isBuilt ? posix.relative(folder, source) : source;
    const isInto = sources.length > 1 || words.at(-1)?.endsWith('/');
    const place = isInto ? posix.join(target, posix.basename(source)) : target;
    if (whole.includes(from)) built.set(place, from);
    else {
      mkdirSync(join(tree, dirname(place)), { recursive: true });
      cpSync(join(context, from), join(tree, place), { recursive: true });
    }
  }
}

function runIn(tree: string, command: string): void {
  const [program, ...words] = command.split(/\s+/);
  if (program === 'ln' && words[0] === '-s' && words.length === 3) {
    const link = join(tree, words[2] ?? '');
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(words[1] ?? '', link);
  } else if (program === 'mkdir' && words[0] === '-p') {
    for (const folder of words.slice(1)) mkdirSync(join(tree, folder), { recursive: true });
  } else if (!WITHOUT_FILES.test(`${command} `)) throw new Error(`not known here: RUN ${command}`);
}
