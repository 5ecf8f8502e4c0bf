/* What of lvm's output is about what it was asked for. */

interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** What lvm says of other things than what it was asked for, before, below or instead of its answer. */
const ABOUT_SOMETHING_ELSE = /^(?:WARNING:|Consider pruning |File descriptor \d|Configuration (?:setting|section) )/;

/** Both streams: a wrapper may have made them one. */
export function linesOf({ stdout, stderr }: Output): readonly string[] {
  return `${stderr}\n${stdout}`
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !ABOUT_SOMETHING_ELSE.test(line));
}

/**
 * The line from `text` on, when nothing stands before it but what lvm.conf may put before each line: the program's
 * name (log/command_names) and some signs (log/prefix). Null otherwise.
 */
export function withoutPrefix(line: string, text: string): string | null {
  const at = line.indexOf(text);
  return at >= 0 && at <= LONGEST_PREFIX && /^\W*(?:\w+\W+)?$/.test(line.slice(0, at)) ? line.slice(at) : null;
}

const LONGEST_PREFIX = 40;

/** Whether a line is one of these sentences, with or without a full stop. */
export function isSaid(output: Output, ...sentences: readonly string[]): boolean {
  return linesOf(output).some((line) =>
    sentences.some((sentence) => {
      const said = withoutPrefix(line, sentence);
      return said === sentence || said === `${sentence}.`;
    }),
  );
}

/** The same for sentences that end with the device. lvm answers a link with the name that it prefers. */
export function deviceNamed(output: Output, device: string, ...starts: readonly string[]): boolean {
  const isLink = device.startsWith('/dev/disk/');
  return linesOf(output).some((line) =>
    starts.some((start) => {
      const named = withoutPrefix(line, start)
        ?.slice(start.length)
        .replace(/"?\.?$/, '');
      return named === device || (isLink && named?.startsWith('/dev/'));
    }),
  );
}
