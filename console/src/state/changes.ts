import type { ApiClient, ChangeOptions, Method } from '../api/client.js';
import { isUnknown } from '../api/failures.js';
import { Store } from './store.js';

/** `unknown`: the connection broke, and the outcome has to be looked at. */
export type ChangeStage = 'running' | 'done' | 'failed' | 'unknown';

/** A change that somebody has asked for on this page. */
export interface Change {
  readonly id: number;
  /** For people, in their language when they asked. */
  readonly title: string;
  readonly stage: ChangeStage;
  /** How far it is, in the server's words; '' while it has said nothing. */
  readonly progress: string;
  /** The server's reason; '' unless it failed. */
  readonly reason: string;
  /** Path of what it left: `/volumes/ID`. */
  readonly result: string | null;
}

export interface AskedChange extends ChangeOptions {
  readonly title: string;
  readonly method: Method;
  readonly path: string;
  readonly body?: unknown;
}

/** Changes of this page, the newest first. They go on when another page is looked at. */
export class Changes {
  readonly state = new Store<readonly Change[]>([]);
  readonly #client: ApiClient;
  readonly #onDone: (path: string) => void;
  #lastId = 0;

  constructor(client: ApiClient, onDone: (path: string) => void) {
    this.#client = client;
    this.#onDone = onDone;
  }

  /** Begins a change and shows it until its end; resolves with the path of what it left. Throws what the client throws. */
  async run({ title, method, path, body, ...options }: AskedChange): Promise<string | null> {
    const id = ++this.#lastId;
    this.state.update((changes) => [
      { id, title, stage: 'running', progress: '', reason: '', result: null },
      ...changes,
    ]);
    try {
      const onProgress = (progress: string): void => this.#set(id, { progress });
      const result = await this.#client.change(method, path, body, { ...options, onProgress });
      this.#set(id, { stage: 'done', result });
      this.#onDone(result ?? path);
      return result;
    } catch (error) {
      this.#set(id, { stage: isUnknown(error) ? 'unknown' : 'failed', reason: (error as Error).message });
      throw error;
    }
  }

  dismiss(id: number): void {
    this.state.update((changes) => changes.filter((change) => change.id !== id));
  }

  #set(id: number, part: Partial<Change>): void {
    this.state.update((changes) => changes.map((change) => (change.id === id ? { ...change, ...part } : change)));
  }
}

/** `3 of 12, ...`, as the server tells it of work of many parts; null when it has not. */
export function partsOf(progress: string): { readonly done: number; readonly total: number } | null {
  const match = /^(\d+) of (\d+)\b/.exec(progress);
  return match ? { done: Number(match[1]), total: Number(match[2]) } : null;
}
