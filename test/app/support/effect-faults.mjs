/**
 * Loaded before the program (node --import): ends the process by a signal just before one of its changes to files. SQLite's
 * own are hit elsewhere.
 *
 *   KILL_AT      number of the change, from 1
 *   KILL_SIGNAL  which signal
 *   KILL_COUNTED the number of changes so far is written to this file
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { writeFileSync } = fs;
const { KILL_AT: at = '0', KILL_SIGNAL: signal = 'SIGKILL', KILL_COUNTED: counted } = process.env;
let count = 0;

const SYNC = [
  'appendFileSync',
  'linkSync',
  'mkdirSync',
  'mkdtempSync',
  'renameSync',
  'rmSync',
  'writeFileSync',
  'writeSync',
];
const ASYNC = ['chmod', 'copyFile', 'link', 'mkdir', 'rename', 'rm', 'writeFile'];

function counting(work) {
  return function countedChange(...parameters) {
    // Standard output and error.
    if (parameters[0] === 1 || parameters[0] === 2) return work.apply(this, parameters);
    count++;
    if (counted) writeFileSync(counted, String(count));
    if (count === Number(at)) process.kill(process.pid, signal);
    return work.apply(this, parameters);
  };
}

for (const name of SYNC) fs[name] = counting(fs[name]);
for (const name of ASYNC) fs.promises[name] = counting(fs.promises[name]);
const { open } = fs.promises;
fs.promises.open = (file, flags, mode) => (flags === 'r' ? open(file, flags, mode) : counting(open)(file, flags, mode));
syncBuiltinESMExports();
