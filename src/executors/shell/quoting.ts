import { DomainError } from '../../domain/errors.js';

/** Characters that no shell gives a meaning to, at any place of a word. */
const PLAIN_WORD = /^[A-Za-z0-9_./:,@%+-]+$/;

/**
 * One argument as one word for bash or any POSIX shell. The result may itself be quoted again.
 * Refuses what no program can be given as an argument: NUL, and text that is not Unicode.
 */
export function quoteWord(word: string): string {
  refuseImpossibleArgument(word);
  if (PLAIN_WORD.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** A program and its arguments as text for `bash -c`. */
export function quoteWords(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ');
}

/** The same for transports that hand their text to an unknown login shell: only bash interprets the inner text. */
export function bashCommandLine(argv: readonly string[]): string {
  return `/bin/bash -c ${quoteWord(quoteWords(argv))}`;
}

/** Every executor calls it, quoting or not, so that all refuse the same arguments. */
export function refuseImpossibleArgument(word: string): void {
  if (word.includes('\0')) {
    throw new DomainError(
      'invalid',
      `a command argument holds a NUL character, which no program can receive: ${JSON.stringify(word)}`,
    );
  }
  if (/\p{Surrogate}/u.test(word)) {
    throw new DomainError('invalid', `a command argument is not valid Unicode: ${JSON.stringify(word)}`);
  }
}
