/** A longer script goes over by stdin: the kernel takes no argument of more than 128 KiB. */
const MAX_INLINE_LENGTH = 64 * 1024;

/** What a channel is asked to run, and what is then written to its stdin. */
export interface ExecText {
  readonly argv: readonly string[];
  readonly input: string | null;
}

/**
 * Has bash run `script`, also where a login shell reads the arguments first (sh, csh and fish were tried). Quoted, they
 * are one line of words in which nothing means different things to shells: no quote, exclamation mark, double backslash
 * or newline. printf's %b brings the script back; most of it stays readable in `ps`.
 */
export function execText(script: string): ExecText {
  const encoded = [...Buffer.from(script)].map(encodeByte).join('');
  if (encoded.length <= MAX_INLINE_LENGTH)
    return { argv: ['/bin/bash', '-c', 'printf -v s %b "$0"; eval "$s"', encoded], input: null };
  // The last line tells that all of it has arrived: half a script must not run. Its end can't be told by a closed stdin.
  const input = `${script}\n# complete\n`;
  const read = `s=$(head -c ${Buffer.byteLength(input)}); case "$s" in *"# complete") eval "$s";; *) exit 1;; esac`;
  return { argv: ['/bin/bash', '-c', read], input };
}

function encodeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  const isPlain = byte >= 0x20 && byte < 0x7f && !"'!\\".includes(character);
  return isPlain ? character : `\\0${byte.toString(8).padStart(3, '0')}`;
}
