import type { ApiClient } from '../api/client.js';
import type { Schema, ServerEvent } from '../api/contract.js';
import { Store } from './store.js';

/** The newest events, the newest first. */
export interface HappeningsState {
  readonly events: readonly ServerEvent[];
  /** An id; null when there is nothing earlier. */
  readonly before: number | null;
}

const PAGE = 100;
const MOST_KEPT = 5_000;

/** What has happened, and goes on happening. */
export class Happenings {
  readonly state = new Store<HappeningsState>({ events: [], before: null });
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  async load(): Promise<void> {
    const list = await this.#client.get<Schema<'EventList'>>(`/events?limit=${PAGE}`);
    this.#take(list.events);
    this.state.update((state) => ({ ...state, before: list.before ?? null }));
  }

  async loadEarlier(): Promise<void> {
    const { before } = this.state.get();
    if (before === null) return;
    const list = await this.#client.get<Schema<'EventList'>>(`/events?limit=${PAGE}&before=${before}`);
    this.#take(list.events);
    this.state.update((state) => ({ ...state, before: list.before ?? null }));
  }

  heard(event: ServerEvent): void {
    this.#take([event]);
  }

  #take(events: readonly ServerEvent[]): void {
    this.state.update((state) => {
      const byId = new Map([...state.events, ...events].map((event) => [event.id, event]));
      const sorted = [...byId.values()].sort((a, b) => b.id - a.id);
      return { ...state, events: sorted.slice(0, MOST_KEPT) };
    });
  }
}
