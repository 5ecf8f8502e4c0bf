import type { Done, Wait } from '../../client/client.js';

/**
 * What a person has to know whose result could not be printed. Nothing where nothing was changed and the reader has
 * just seen enough (`heketi-cli volume list | head -1`).
 */
export function describeOutputFailure(error: NodeJS.ErrnoException, wait: Wait | null, done: readonly Done[]): string {
  if (error.code === 'EPIPE' && wait === null && done.length === 0) return '';
  const parts = [`standard output can't be written (${error.message})`];
  for (const { what, path } of done) parts.push(`this was done: ${what}${path === null ? '' : ` (${path.slice(1)})`}`);
  if (wait?.queueId) {
    const follow = `heketi-cli server operations wait ${wait.queueId}`;
    parts.push(`the server goes on with this: ${wait.what}; to wait for the result: ${follow}`);
  } else if (wait) parts.push(`this may have begun: ${wait.what}; look at the resource before repeating it`);
  return `Error: ${parts.join('; ')}\n`;
}
