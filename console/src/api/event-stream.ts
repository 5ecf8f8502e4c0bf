import type { ApiClient } from './client.js';
import type { ServerEvent } from './contract.js';
import { Refusal } from './failures.js';
import { pause } from './pause.js';
import { SseParser } from './sse-parser.js';

export interface EventListener {
  /** The stream has begun, or begun again. `isGap`: what came meanwhile is not known in full. */
  begun(isGap: boolean): void;
  happened(event: ServerEvent): void;
  broken(): void;
}

const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 5_000;
/** The server sends a sign of life every 15 s. */
const SILENCE_MS = 40_000;

/**
 * Listens to what happens until `signal` is aborted, coming back with the last id it has seen. Not EventSource, which can't
 * send a token.
 */
export async function listenToEvents(client: ApiClient, listener: EventListener, signal: AbortSignal): Promise<void> {
  let lastId: string | null = null;
  let retryMs = RETRY_MS;
  while (!signal.aborted) {
    const silence = new AbortController();
    const either = AbortSignal.any([signal, silence.signal]);
    try {
      const headers = lastId === null ? {} : { 'last-event-id': lastId };
      const { body } = await client.fetch('GET', '/events/stream', { headers, signal: either });
      if (body === null) throw new Error('no stream');
      for await (const { id, event, data } of messagesOf(body, silence)) {
        // The first message has the place from which it goes on.
        if (retryMs !== 0) {
          listener.begun(event === 'gap');
          retryMs = 0;
        }
        lastId = id ?? lastId;
        if (event === 'message' && data !== '') listener.happened(JSON.parse(data) as ServerEvent);
      }
    } catch (error) {
      if (signal.aborted || (error instanceof Refusal && error.status === 401)) return;
    }
    listener.broken();
    retryMs = Math.min(retryMs + RETRY_MS, LONGEST_RETRY_MS);
    await pause(retryMs, signal);
  }
}

async function* messagesOf(body: ReadableStream<Uint8Array>, silence: AbortController) {
  const parser = new SseParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const timer = setTimeout(() => silence.abort(), SILENCE_MS);
    const { done, value } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    yield* parser.push(decoder.decode(value, { stream: true }));
  }
}
