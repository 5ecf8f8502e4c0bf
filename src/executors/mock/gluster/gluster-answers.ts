import type { CommandResult } from '../../executor.js';
import { fail, succeed } from '../world/answers.js';

export function escapeXml(text: string): string {
  // Most texts have none, and a list of all volumes has very many.
  if (!/[&<>]/.test(text)) return text;
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** `isLast`: heal info puts the status after its body. */
export function envelope(body: string, opRet = 0, opErrno = 0, opErrstr = '', isLast = false): string {
  const text = opErrstr ? `<opErrstr>${escapeXml(opErrstr)}</opErrstr>` : '<opErrstr/>';
  const status = `  <opRet>${opRet}</opRet>\n  <opErrno>${opErrno}</opErrno>\n  ${text}\n`;
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cliOutput>\n${isLast ? body + status : status + body}</cliOutput>\n`;
}

/** A gluster command's words, and how it is to answer. */
export interface GlusterCall {
  readonly words: readonly string[];
  readonly isXml: boolean;
}

/** With --xml gluster exits 0 on failure too. `prefix` is put before the reason otherwise. */
export function glusterFailure(
  { isXml }: GlusterCall,
  prefix: string,
  reason: string,
  errno = 30800,
  exitCode = 1,
): CommandResult {
  if (isXml) return succeed(envelope('', -1, errno, reason));
  return fail(exitCode, prefix + reason);
}

export function glusterSuccess(
  { isXml }: GlusterCall,
  text: string,
  body = '  <output>success</output>\n',
  errno = 0,
): CommandResult {
  return succeed(isXml ? envelope(body, 0, errno) : `${text}\n`);
}
