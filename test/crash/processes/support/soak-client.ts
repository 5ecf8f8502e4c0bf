import { Accepted, type Asked, type FinalAnswer } from './restarting-server.js';

/** One change that a client asks for. */
export interface SoakRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  ended(answer: SoakAnswer): void;
}

/** `refused`: it was not accepted, so nothing happened. */
export type SoakAnswer = FinalAnswer | { readonly kind: 'refused' };

interface Open {
  readonly accepted: Accepted;
  readonly request: SoakRequest;
}

/** A client goes on with something else when an answer takes longer than this many polls, each held for seconds. */
const PATIENCE_POLLS = 1;
const ANSWERED_AFTER_POLLS = 3;
const PAUSE_MS = 20;
const BACK_OFF_MS = 300;
export const REFUSALS = [400, 404, 409, 429, 500, 503];

/** Asks for one change after the other, and remembers which of them have no final answer yet. */
export class SoakClient {
  readonly counts = { done: 0, failed: 0, lost: 0, refused: 0 };
  readonly violations: string[] = [];
  readonly #server: Asked;
  readonly #next: () => SoakRequest | null | Promise<SoakRequest | null>;
  readonly #open: Open[] = [];

  constructor(server: Asked, next: () => SoakRequest | null | Promise<SoakRequest | null>) {
    this.#server = server;
    this.#next = next;
  }

  get ended(): number {
    const { done, failed, lost, refused } = this.counts;
    return done + failed + lost + refused;
  }

  /** One request, to its answer if that comes soon. */
  async step(): Promise<void> {
    const request = await this.#next();
    if (!request) return pause();
    const { method, path, body } = request;
    const answer = await this.#server.send(method, path, body);
    const what = `${method} ${path} ${JSON.stringify(body ?? '')}`;
    if (answer === null) return this.#end(request, { kind: 'lost' });
    if (answer.status === 200 || answer.status === 201) return this.#end(request, { kind: 'done', location: '' });
    if (answer.status !== 202) {
      if (!REFUSALS.includes(answer.status) || answer.text.includes('internal error'))
        this.violations.push(`${what}: ${answer.status} ${answer.text}`);
      this.#end(request, { kind: 'refused' });
      // As clients do that are told to come back later.
      if (answer.status === 503) await pause(BACK_OFF_MS);
      return;
    }
    const accepted = new Accepted((answer.location ?? '').slice('/queue/'.length), what);
    const open = { accepted, request };
    this.#open.push(open);
    for (let polls = 0; polls < PATIENCE_POLLS && this.#open.includes(open); polls++) await this.#poll(open);
  }

  /**
   * Nothing is being worked on any more, so final answers are there or about to come, but for what is kept until
   * somebody has looked at it: those are the queue entries that still wait. `isEnough` is told how often all were polled.
   */
  async finish(isEnough = (polls: number) => polls >= ANSWERED_AFTER_POLLS): Promise<readonly string[]> {
    for (let polls = 0; !isEnough(polls) && this.#open.length > 0; polls++)
      await Promise.all([...this.#open].map((open) => this.#poll(open)));
    return this.#open.splice(0).map(({ accepted, request }) => {
      this.#end(request, { kind: 'lost' });
      return accepted.queueId;
    });
  }

  async #poll(open: Open): Promise<void> {
    try {
      const answer = await open.accepted.poll(this.#server);
      if (answer === null) return await pause();
      this.#close(open);
      this.#end(open.request, answer);
    } catch (error) {
      this.#close(open);
      this.violations.push((error as Error).message);
    }
  }

  #close(open: Open): void {
    this.#open.splice(this.#open.indexOf(open), 1);
  }

  #end(request: SoakRequest, answer: SoakAnswer): void {
    this.counts[answer.kind]++;
    request.ended(answer);
  }
}

function pause(ms = PAUSE_MS): Promise<void> {
  return new Promise((turn) => setTimeout(turn, ms));
}
