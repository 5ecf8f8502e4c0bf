import { readOnlyConnection } from '../statement.js';
import type { Snapshot } from '../store.js';
import { tables } from '../tables.js';
import type { Session } from './session.js';
import { BEGIN_READING } from './store-state.js';

/** Whoever reads it may wait in between for somebody who takes what was read: for longer than others may stand still. */
const IDLE_LIMIT = '15min';

/** Ends with its connection; see `readingSession`. */
export async function openSnapshot(open: () => Promise<Session>): Promise<Snapshot> {
  const session = await readingSession(open);
  return {
    tx: tables(readOnlyConnection(session, 'A snapshot can only be read.')),
    close: () => session.end(),
  };
}

/** A connection of its own, in the midst of a transaction that reads one state for as long as it takes. */
export async function readingSession(open: () => Promise<Session>): Promise<Session> {
  const session = await open();
  try {
    await session.exec(`set idle_in_transaction_session_timeout = '${IDLE_LIMIT}'`);
    // A statement has to be run before the state stays as it is.
    await session.exec(BEGIN_READING);
    return session;
  } catch (error) {
    session.end();
    throw error;
  }
}
