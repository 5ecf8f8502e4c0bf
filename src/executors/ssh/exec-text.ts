/** A longer script goes over by stdin: the kernel takes no argument of more than 128 KiB. */
const MAX_INLINE_LENGTH = 64 * 1024;

/** What an SSH exec request carries, and what is then written to the channel. */
export interface ExecText {
  readonly command: string;
  readonly stdin: string | null;
}

/**
 * Has bash run `script` whatever the user's login shell is (sh, csh and fish were tried). The text for that shell is
 * one line of single-quoted words in which nothing means different things to them: no quote, exclamation mark,
 * double backslash or newline. printf's %b brings the script back; most of it stays readable in `ps`.
 */
export function execText(script: string): ExecText {
  const encoded = [...Buffer.from(script)].map(encodeByte).join('');
  if (encoded.length <= MAX_INLINE_LENGTH)
    return { command: `/bin/bash -c 'printf -v s %b "$0"; eval "$s"' '${encoded}'`, stdin: null };
  // The last line tells that all of it has arrived: half a script must not run.
  return {
    command: `/bin/bash -c 's=$(cat); case "$s" in *"# complete") eval "$s";; *) exit 1;; esac'`,
    stdin: `${script}\n# complete\n`,
  };
}

function encodeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  const isPlain = byte >= 0x20 && byte < 0x7f && !"'!\\".includes(character);
  return isPlain ? character : `\\0${byte.toString(8).padStart(3, '0')}`;
}
