import type { ConnectionWatch } from '../api/client.js';
import { pause } from '../api/pause.js';
import type { ServerClock } from '../api/server-clock.js';
import { Store } from './store.js';

const PROBE_MS = 1_000;

/** `lost`: no answer came; the server is asked every second until it is back. */
export type ConnectionState = 'connected' | 'lost';

/** Whether the server answers. Told by every request; while none is answered, a question that needs no token is asked. */
export class Connection implements ConnectionWatch {
  readonly state = new Store<ConnectionState>('connected');
  readonly #base: string;
  readonly #clock: ServerClock;
  readonly #onRefused: (text: string) => void;
  #waiting: (() => void)[] = [];
  #isProbing = false;

  constructor(base: string, clock: ServerClock, onRefused: (text: string) => void) {
    this.#base = base;
    this.#clock = clock;
    this.#onRefused = onRefused;
  }

  answered(): void {
    this.state.set('connected');
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  lost(): void {
    this.state.set('lost');
    void this.#probe();
  }

  refused(text: string): void {
    this.#onRefused(text);
  }

  whenBack(): Promise<void> {
    if (this.state.get() === 'connected') return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #probe(): Promise<void> {
    if (this.#isProbing) return;
    this.#isProbing = true;
    while (this.state.get() === 'lost') {
      await pause(PROBE_MS);
      try {
        const answer = await fetch(`${this.#base}healthz`, { cache: 'no-store', credentials: 'omit' });
        // A proxy answers for a server that is not there.
        if ([502, 503, 504].includes(answer.status)) continue;
        this.#clock.heard(answer.headers.get('date'));
        this.answered();
      } catch {
        // still away
      }
    }
    this.#isProbing = false;
  }
}
