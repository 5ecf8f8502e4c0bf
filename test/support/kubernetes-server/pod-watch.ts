import type { ServerResponse } from 'node:http';
import { type Answer, statusAnswer, statusOf } from './answers.js';
import type { PodBook, PodEvent } from './pod-book.js';
import { badSelector, type PodFilter, podFilter } from './pod-list.js';
import type { PodObject } from './pod-object.js';
import { isSet, lastOf, type RequestUrl } from './request-url.js';

/** Those that watch, and what can happen to them all. */
export class PodWatches {
  readonly #book: PodBook;
  readonly #watches = new Set<PodWatch>();

  constructor(book: PodBook) {
    this.#book = book;
  }

  get count(): number {
    return this.#watches.size;
  }

  /** Null: the watch goes on from here. */
  begin(namespace: string | null, query: RequestUrl['query'], response: ServerResponse): Answer | null {
    const version = lastOf(query, 'resourceVersion');
    if (!/^\d*$/.test(version)) {
      const why = `resourceVersion: Invalid value: "${version}": strconv.ParseUint: parsing "${version}": invalid syntax`;
      return statusAnswer(500, null, why);
    }
    let isMeant: PodFilter;
    try {
      isMeant = podFilter(namespace, query);
    } catch (error) {
      return badSelector(error);
    }
    const watch = new PodWatch(response, isMeant, isSet(query, 'allowWatchBookmarks'));
    this.#watches.add(watch);
    response.once('close', () => {
      watch.stop();
      this.#watches.delete(watch);
    });
    watch.start(this.#book, Number(version || '0'), Number(lastOf(query, 'timeoutSeconds')));
    return null;
  }

  /** To those that want them, as each minute. */
  sendBookmarks(): void {
    for (const watch of this.#watches) watch.sendBookmark(this.#book.version);
  }

  /** As when their time is over. */
  end(): void {
    for (const watch of this.#watches) watch.end();
  }

  /** In the midst of the body. */
  breakOff(): void {
    for (const watch of this.#watches) watch.breakOff();
  }

  /** Nothing arrives, though the connections stay, until `resume`. */
  hold(): void {
    for (const watch of this.#watches) watch.hold();
  }

  resume(): void {
    for (const watch of this.#watches) watch.resume();
  }
}

class PodWatch {
  readonly #response: ServerResponse;
  readonly #isMeant: PodFilter;
  readonly #wantsBookmarks: boolean;
  #held: string[] | null = null;
  #unlisten: () => void = () => undefined;
  #timeout: NodeJS.Timeout | null = null;

  constructor(response: ServerResponse, isMeant: PodFilter, wantsBookmarks: boolean) {
    this.#response = response;
    this.#isMeant = isMeant;
    this.#wantsBookmarks = wantsBookmarks;
  }

  /** From version 0 on it begins with all pods there are. A time of 0 seconds is none. */
  start(book: PodBook, version: number, timeoutSeconds: number): void {
    this.#response.writeHead(200, { 'Cache-Control': 'no-cache, private', 'Content-Type': 'application/json' });
    this.#response.flushHeaders();
    if (version > 0 && version < book.oldestVersion) {
      this.#send('ERROR', statusOf(410, 'Expired', `too old resource version: ${version} (${book.oldestVersion})`));
      this.end();
      return;
    }
    if (version === 0) for (const pod of book.list(null)) if (this.#isMeant(pod)) this.#send('ADDED', named(pod));
    if (version > 0) for (const event of book.changesAfter(version)) this.#tell(event);
    this.#unlisten = book.listen((event) => this.#tell(event));
    if (timeoutSeconds > 0) this.#timeout = setTimeout(() => this.end(), timeoutSeconds * 1000);
  }

  sendBookmark(version: number): void {
    if (!this.#wantsBookmarks) return;
    const metadata = { resourceVersion: String(version), creationTimestamp: null };
    this.#send('BOOKMARK', { kind: 'Pod', apiVersion: 'v1', metadata, spec: { containers: null }, status: {} });
  }

  hold(): void {
    this.#held ??= [];
  }

  resume(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const line of held) this.#response.write(line);
  }

  stop(): void {
    this.#unlisten();
    if (this.#timeout) clearTimeout(this.#timeout);
  }

  end(): void {
    this.stop();
    this.#response.end();
  }

  breakOff(): void {
    this.stop();
    this.#response.destroy();
  }

  /** A pod that comes to be one of those asked for is added for this watch, one that ceases to be is deleted. */
  #tell({ type, object, previous }: PodEvent): void {
    const isMeant = this.#isMeant(object);
    const was = previous !== null && this.#isMeant(previous);
    if (type === 'DELETED' ? was : !isMeant && was) this.#send('DELETED', named(object));
    else if (type !== 'DELETED' && isMeant) this.#send(was ? 'MODIFIED' : 'ADDED', named(object));
  }

  #send(type: string, object: object): void {
    const line = `${JSON.stringify({ type, object })}\n`;
    if (this.#held) this.#held.push(line);
    else this.#response.write(line);
  }
}

/** In lists the kind stands once, above the items. */
function named(pod: PodObject): object {
  return { kind: 'Pod', apiVersion: 'v1', ...pod };
}
