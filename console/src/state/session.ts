import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { ApiClient } from '../api/client.js';
import type { ServerEvent } from '../api/contract.js';
import { listenToEvents } from '../api/event-stream.js';
import { ServerClock } from '../api/server-clock.js';
import type { Credentials } from '../api/token.js';
import { Changes } from './changes.js';
import { Connection } from './connection.js';
import { Happenings } from './happenings.js';
import { PoolKeeper } from './pool.js';
import { Store } from './store.js';

/** Whether events come as they happen. */
export type Liveness = 'live' | 'waiting';

/** What a page has once somebody has logged in. User and key are in memory only, and gone with the page. */
export interface Session {
  readonly user: string | null;
  readonly client: ApiClient;
  readonly connection: Connection;
  readonly pool: PoolKeeper;
  readonly happenings: Happenings;
  readonly changes: Changes;
  readonly liveness: Store<Liveness>;
  /** Called for each event; answers what ends it. */
  onEvent(listener: (event: ServerEvent) => void): () => void;
  end(): void;
}

/** URL of the server's root: the console is a folder of it, also behind a proxy that puts a path in front. */
export function serverRoot(): string {
  return new URL('..', document.baseURI).href;
}

/**
 * Logs in: a question that only administrators are answered tells whether the key is right. Throws Refusal or Unreachable.
 * `credentials`: null where the server asks for no tokens. `onEnd` is told why the server no longer takes the key.
 */
export async function beginSession(credentials: Credentials | null, onEnd: (why: string) => void): Promise<Session> {
  const base = serverRoot();
  const clock = new ServerClock();
  await readClock(base, clock);
  let hasBegun = false;
  const connection = new Connection(base, clock, (text) => {
    if (hasBegun) onEnd(text);
  });
  const client = new ApiClient(base, credentials, clock, connection);
  await client.get('/admin');
  hasBegun = true;

  const ending = new AbortController();
  const pool = new PoolKeeper(client);
  const happenings = new Happenings(client);
  const liveness = new Store<Liveness>('waiting');
  const listeners = new Set<(event: ServerEvent) => void>();
  const changes = new Changes(client, (path) => pool.touched(path));
  void listenToEvents(
    client,
    {
      // Whatever is read from now on is not older than the first event that follows.
      begun(isGap) {
        const { pool: known, failure } = pool.state.get();
        const missesSome = isGap || known === null;
        liveness.set('live');
        if (missesSome || failure !== null) void pool.reload();
        if (missesSome) void happenings.load().catch(() => undefined);
      },
      happened(event) {
        pool.heard(event);
        happenings.heard(event);
        for (const listener of listeners) listener(event);
      },
      broken: () => liveness.set('waiting'),
    },
    ending.signal,
  );
  return {
    user: credentials?.user ?? null,
    client,
    connection,
    pool,
    happenings,
    changes,
    liveness,
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    end: () => ending.abort(),
  };
}

/** The first token needs the server's time. An answer of any kind has it; without one the first request tells what is wrong. */
async function readClock(base: string, clock: ServerClock): Promise<void> {
  try {
    const { headers } = await fetch(`${base}healthz`, { cache: 'no-store', credentials: 'omit' });
    clock.heard(headers.get('date'));
  } catch {
    // the next one is told
  }
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('this view is for people who have logged in');
  return session;
}
