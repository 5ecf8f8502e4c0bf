import type { CommandResult } from '../../executor.js';

/** As gluster-block ends where it has no number of its own. */
export const UNNUMBERED = 255;

export function blockSuccess(fields: Readonly<Record<string, unknown>>): CommandResult {
  return { exitCode: 0, stdout: `${JSON.stringify(fields)}\n`, stderr: '' };
}

/** With the reason. Its failures are on standard output, too. */
export function blockRefusal(errCode: number, errMsg: string): CommandResult {
  return { exitCode: errCode, stdout: `${JSON.stringify({ RESULT: 'FAIL', errCode, errMsg })}\n`, stderr: '' };
}

/** A failure of which only the hosts are told. */
export function blockFailureOn(fields: Readonly<Record<string, unknown>>): CommandResult {
  return { exitCode: UNNUMBERED, stdout: `${JSON.stringify({ ...fields, RESULT: 'FAIL' })}\n`, stderr: '' };
}

/** What the program says by itself, without the daemon: never JSON. */
export function blockUsage(text: string): CommandResult {
  return { exitCode: UNNUMBERED, stdout: `${text}\n`, stderr: '' };
}

export function blockIqn(gbid: string): string {
  return `iqn.2016-12.org.gluster-block:${gbid}`;
}

/** Whole units up to the one below, and tenths of the last: 1537 GiB are `1.5 TiB`. */
export function blockSizeText(sizeGib: number): string {
  const units = ['GiB', 'TiB', 'PiB', 'EiB'];
  let [value, rest, unit] = [sizeGib, 0, 0];
  for (; value >= 1024; unit++) {
    rest = value % 1024;
    value = Math.floor(value / 1024);
  }
  return `${(value + rest / 1024).toFixed(1)} ${units[unit]}`;
}

export function sizeAskedFor(text: string | undefined): number | null {
  const match = /^(\d+)GiB$/.exec(text ?? '');
  return match ? Number(match[1]) : null;
}
