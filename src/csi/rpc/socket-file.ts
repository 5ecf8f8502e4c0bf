import { lstatSync, rmSync } from 'node:fs';
import { connect } from 'node:net';

/** What Linux has room for; a longer path would be cut off without a word. */
const MOST_PATH_BYTES = 107;

/**
 * Makes way for a unix socket: one that nobody listens on any more is removed. Throws where somebody listens, or may, and where
 * something else is.
 */
export async function prepareSocket(path: string): Promise<void> {
  if (Buffer.byteLength(path) > MOST_PATH_BYTES) {
    throw new Error(
      `${path} is too long for a socket, which may have ${MOST_PATH_BYTES} bytes: give --endpoint another path`,
    );
  }
  const answer = await knock(path);
  if (answer === 'served') {
    throw new Error(`another driver listens on ${path}: end it first, or give --endpoint another path`);
  }
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found && !found.isSocket()) throw new Error(`${path} is there and is no socket: give --endpoint another path`);
  if (found && answer !== 'ECONNREFUSED') {
    throw new Error(
      `whether somebody listens on ${path} can't be told (${answer}): end it first, or remove the socket`,
    );
  }
  if (found) rmSync(path);
}

/** `served`, or the code of the error. */
function knock(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve('served');
    });
    socket.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => resolve(code));
  });
}
