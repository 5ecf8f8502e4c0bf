import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from '../../../src/domain/errors.js';
import { bashCommandLine, quoteWord, quoteWords } from '../../../src/executors/shell/quoting.js';

const METACHARACTERS = [...'\'"`$\\!*?[]{}()<>|&;#~=%^ \t\n\r-/,.:@+'];
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...METACHARACTERS, 'a', 'é', '日', '🐘') }),
  fc.constantFrom(
    '',
    '-',
    '--',
    '-n',
    "'",
    "''",
    "'\\''",
    '$(touch /tmp/x)',
    '`id`',
    '\n',
    'a\nb',
    '!!',
    '\\',
    "\\'",
    '~',
    '*',
  ),
);
const argv = fc.array(
  hostile.filter((word) => !word.includes('\0') && !/\p{Surrogate}/u.test(word)),
  { maxLength: 12 },
);

/** Each argument on its own, since bash's output can't hold NUL inside an argument. */
const PRINT = ['printf', '%s\\0'];

function printed(command: string): string[] {
  const output = execFileSync('bash', ['-c', command], { encoding: 'utf8' });
  return output.split('\0').slice(0, -1);
}

describe('quoting for bash', () => {
  it('gives a program exactly the arguments it was built from', () => {
    fc.assert(
      fc.property(argv, (words) => {
        fc.pre(words.length > 0);
        expect(printed(quoteWords([...PRINT, ...words]))).toEqual(words);
      }),
      { numRuns: 200 },
    );
  });

  it('survives a second bash in between, as a login shell is', () => {
    fc.assert(
      fc.property(argv, (words) => {
        fc.pre(words.length > 0);
        expect(printed(bashCommandLine([...PRINT, ...words]))).toEqual(words);
      }),
      { numRuns: 100 },
    );
  });

  it('can be quoted once more inside single quotes', () => {
    fc.assert(
      fc.property(argv, (words) => {
        fc.pre(words.length > 0);
        const twice = `bash -c '${quoteWords([...PRINT, ...words]).replaceAll("'", "'\\''")}'`;
        expect(printed(twice)).toEqual(words);
      }),
      { numRuns: 100 },
    );
  });

  it('leaves harmless words readable', () => {
    expect(quoteWords(['/usr/sbin/lvm', 'lvcreate', '--size', '10K', 'vg_1/tp_1'])).toBe(
      '/usr/sbin/lvm lvcreate --size 10K vg_1/tp_1',
    );
  });

  it('refuses NUL and broken Unicode, which no program can receive', () => {
    expect(() => quoteWord('a\0b')).toThrow(DomainError);
    expect(() => quoteWord('a\ud800b')).toThrow(/not valid Unicode/);
  });
});
