import { readOnlyConnection } from '../statement.js';
import type { Snapshot } from '../store.js';
import { tables } from '../tables.js';
import type { Session } from './session.js';
import { BEGIN_READING } from './store-state.js';

/** Whoever reads it may wait in between for somebody who takes what was read: for longer than others may stand still. */
const IDLE_LIMIT = '15min';

/** A transaction of its own, on a connection of its own, which ends with it. */
export async function openSnapshot(open: () => Promise<Session>): Promise<Snapshot> {
  const session = await open();
  try {
    await session.exec(`set idle_in_transaction_session_timeout = '${IDLE_LIMIT}'`);
    // A statement has to be run before the state stays as it is.
    await session.exec(BEGIN_READING);
  } catch (error) {
    session.end();
    throw error;
  }
  return {
    tx: tables(readOnlyConnection(session, 'A snapshot can only be read.')),
    close: () => session.end(),
  };
}
