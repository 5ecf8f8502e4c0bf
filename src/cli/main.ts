import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sink } from './io.js';
import { runCli } from './run.js';

/** Put in place when the client is bundled. */
const VERSION = (globalThis as { MORTAR_VERSION?: string }).MORTAR_VERSION ?? '(dev)';

function sinkOf(stream: NodeJS.WriteStream, onFailure: (error: Error) => void): Sink {
  stream.on('error', onFailure);
  return {
    write: (text) => void stream.write(text),
    get isTty() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.columns || 80; // some pseudo terminals say 0
    },
  };
}

/** A stream tells of its failures in a later turn than it ends a write in. */
function flush(): Promise<void> {
  return new Promise((done) => process.stdout.write('', () => setImmediate(done)));
}

const outputFailure = new AbortController();

// The second Ctrl-C ends the program at once, whatever it does.
const interruption = new AbortController();
process.once('SIGINT', () => interruption.abort());

const exitCode = await runCli(
  process.argv.slice(2),
  {
    stdout: sinkOf(process.stdout, (error) => outputFailure.abort(error)),
    stderr: sinkOf(process.stderr, () => {}),
    env: process.env,
    readFile: (path) => readFile(path),
    writeFile: (path, text) => writeFile(path, text),
    interruption: interruption.signal,
    outputFailure: outputFailure.signal,
    flush,
    sleep: (ms, options) => sleep(ms, undefined, { ref: options?.isIdle !== true }),
    now: () => Date.now(),
    random: () => Math.random(),
  },
  VERSION,
);
// No process.exit otherwise: what is still to be written must get out first.
if (interruption.signal.aborted || outputFailure.signal.aborted) process.exit(exitCode);
process.exitCode = exitCode;
