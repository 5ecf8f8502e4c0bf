/**
 * Loaded before the server (node --import): kills the process with SIGKILL at a call of SQLite, which nothing else
 * could hit so exactly.
 *
 *   KILL_AT      number of the call, from 1
 *   KILL_OF      `commit`: commits only; `call`: every call; or a method's name
 *   KILL_WHEN    `before` or `after` the call
 *   KILL_SIGNAL  instead of SIGKILL
 *   KILL_ARMED   calls count once this file exists; without it from the start
 *   KILL_COUNTED the number of calls so far is written to this file
 */
import { existsSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';

const at = Number(process.env.KILL_AT ?? 0);
const {
  KILL_SIGNAL: signal = 'SIGKILL',
  KILL_OF: of = 'call',
  KILL_WHEN: when = 'before',
  KILL_ARMED: armed,
  KILL_COUNTED: counted,
} = process.env;
let count = 0;
let isArmed = armed === undefined;

function counting(work, isCounted) {
  return function countedCall(...parameters) {
    if (!isCounted(this, parameters) || !armedNow()) return work.apply(this, parameters);
    count++;
    if (counted) writeFileSync(counted, String(count));
    if (count === at && when === 'before') process.kill(process.pid, signal);
    try {
      return work.apply(this, parameters);
    } finally {
      if (count === at && when === 'after') process.kill(process.pid, signal);
    }
  };
}

function armedNow() {
  isArmed ||= existsSync(armed);
  return isArmed;
}

function wrap(prototype, names, isCounted) {
  for (const name of names)
    prototype[name] = counting(prototype[name], (...call) => of === 'call' || of === name || isCounted(...call));
}

const probe = new Database(':memory:');
const statements = Object.getPrototypeOf(probe.prepare('select 1'));
const isCommit = (text) => of === 'commit' && /^\s*commit\b/i.test(text);
wrap(statements, ['run', 'get', 'all'], (statement) => isCommit(statement.source));
wrap(Database.prototype, ['exec', 'pragma', 'serialize'], (_, [text]) => isCommit(String(text)));
probe.close();
