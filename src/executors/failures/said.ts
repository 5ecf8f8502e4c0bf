/** What a program answered: a CommandError, or a result with the command that it is the answer to. */
export interface Said {
  readonly argv: readonly string[];
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a failure is shown with. */
export function textOf({ stderr, stdout }: Said): string {
  return stderr.trim() || stdout.trim();
}

/** A program of LVM may stand behind a wrapper. */
export function isBy({ argv }: Said, programs: readonly string[]): boolean {
  return argv.slice(0, 2).some((word) => programs.includes(word.slice(word.lastIndexOf('/') + 1)));
}

export function inText(expression: RegExp): (said: Said) => boolean {
  return (said) => expression.test(textOf(said));
}

export function inErrors(expression: RegExp): (said: Said) => boolean {
  return ({ stderr }) => expression.test(stderr.slice(0, 8192));
}

/** Who gives up says so at the start; reports of all volumes are long, and come with every delete. */
export function atTheStart(expression: RegExp): (said: Said) => boolean {
  return ({ stderr, stdout }) => expression.test([stderr, stdout].map((text) => text.slice(0, 16_384)).join('\n'));
}

/** This sentence, with a word of its own at both ends; gluster-block's versions differ in the first letter. */
export function saysWhole(said: Said, sentence: string): boolean {
  const text = textOf(said).toLowerCase();
  const wanted = sentence.toLowerCase();
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1))
    if (!isWordPart(text[at - 1]) && !isWordPart(text[at + wanted.length])) return true;
  return false;
}

function isWordPart(letter: string | undefined): boolean {
  return letter !== undefined && /[\w/-]/.test(letter);
}

export function isNoSuchFile(stderr: string, path: string): boolean {
  const at = stderr.indexOf(path);
  return at >= 0 && /^['"`’]?: No such file or directory/.test(stderr.slice(at + path.length, at + path.length + 40));
}
