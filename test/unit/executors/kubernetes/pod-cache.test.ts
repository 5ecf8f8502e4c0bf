import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PodCache } from '../../../../src/executors/kubernetes/pod-cache.js';
import { KubernetesApi } from '../../../../src/kubernetes/kubernetes-api.js';
import { until } from '../../../support/simcluster.js';
import { json, refusal, ScriptedServer } from '../../kubernetes/scripted-server.js';
import { podObject } from './pods.js';

/** Answers lists from what the test has set, and keeps watches open for it. */
class PodFeed {
  readonly server = new ScriptedServer();
  readonly lists: URLSearchParams[] = [];
  readonly watches: { readonly query: URLSearchParams; readonly response: ServerResponse }[] = [];
  pods: readonly object[] = [];
  version = '7';
  /** In place of lists, or of watches. */
  listRefusal: Parameters<typeof refusal> | null = null;
  watchRefusal: Parameters<typeof refusal> | null = null;
  /** Each watch is accepted, and ended without an event. */
  endsWatches = false;
  /** Each watch is accepted, and its connection cut. */
  breaksWatches = false;
  /** Lists are answered later. */
  holdsLists = false;
  #held: (() => void)[] = [];

  async up(): Promise<void> {
    this.server.answers = [
      (response, asked) => {
        const { searchParams: query } = new URL(asked.url, 'http://x');
        if (query.get('watch') !== 'true') {
          this.lists.push(query);
          const list = json(200, { metadata: { resourceVersion: this.version }, items: this.pods });
          if (this.listRefusal) refusal(...this.listRefusal)(response, asked);
          else if (this.holdsLists) this.#held.push(() => list(response, asked));
          else list(response, asked);
        } else if (this.watchRefusal) refusal(...this.watchRefusal)(response, asked);
        else {
          response.writeHead(200).flushHeaders();
          this.watches.push({ query, response });
          if (this.endsWatches) response.end();
          if (this.breaksWatches) setImmediate(() => response.destroy());
        }
      },
    ];
    await this.server.up();
  }

  get watch() {
    const watch = this.watches.at(-1);
    if (!watch) throw new Error('nobody watches');
    return watch;
  }

  releaseLists(): void {
    this.holdsLists = false;
    for (const answer of this.#held.splice(0)) answer();
  }

  /** As long as so many requests take, one after the other. */
  async roundTrips(count: number): Promise<void> {
    const api = new KubernetesApi(this.server.cluster());
    for (let i = 0; i < count; i++) await api.request({ method: 'GET', path: ['api'] });
  }

  tell(type: string, object: object): void {
    this.watch.response.write(`${JSON.stringify({ type, object })}\n`);
  }
}

let feed: PodFeed;
let cache: PodCache;
const warnings: string[] = [];
const names = () => cache.pods.map(({ name }) => name);
const versioned = (name: string, resourceVersion: string, parts: Parameters<typeof podObject>[2] = {}) =>
  podObject(name, 'n1', { ...parts, metadata: { ...parts.metadata, resourceVersion } });
const watched = (count: number) => until(() => feed.watches.length === count);

beforeEach(async () => {
  feed = new PodFeed();
  await feed.up();
  warnings.length = 0;
});
afterEach(async () => {
  cache.close();
  await feed.server.down();
});

function follow(
  selector: Readonly<Record<string, string>> = { labelSelector: 'glusterfs-node' },
  maxPauseMs = 1,
): void {
  const log = {
    debug: () => undefined,
    info: (_fields: object, message: string) => void warnings.push(message),
    warn: (_fields: object, message: string) => void warnings.push(message),
  };
  const limits = { maxPauseMs };
  cache = new PodCache({ api: new KubernetesApi(feed.server.cluster()), namespace: 'storage', selector, log, limits });
}

describe('the pods that are followed', () => {
  it('are listed once, and watched from there on', async () => {
    feed.pods = [podObject('a', 'n1'), podObject('b', 'n2')];
    follow();
    expect(cache.isListed).toBe(false);
    await watched(1);
    expect(names()).toEqual(['a', 'b']);
    expect(feed.lists.map(String)).toEqual(['labelSelector=glusterfs-node']);
    expect(Object.fromEntries(feed.watch.query)).toMatchObject({
      labelSelector: 'glusterfs-node',
      resourceVersion: '7',
      allowWatchBookmarks: 'true',
      timeoutSeconds: '120',
    });
    feed.tell('MODIFIED', versioned('a', '8', { container: { restartCount: 2 } }));
    await until(() => cache.pods[0]?.container.restartCount === 2);
    feed.tell('ADDED', versioned('c', '9'));
    feed.tell('DELETED', versioned('b', '10'));
    await until(() => !names().includes('b'));
    expect(names()).toEqual(['a', 'c']);
  });

  it('are told of as soon as something changes', async () => {
    follow();
    await watched(1);
    const changed = cache.changed(60_000);
    feed.tell('ADDED', versioned('a', '8'));
    await changed;
    expect(names()).toEqual(['a']);
  });

  it('are watched on from where a watch ended, from its last event or bookmark', async () => {
    follow();
    await watched(1);
    feed.tell('ADDED', versioned('a', '8'));
    feed.tell('BOOKMARK', { kind: 'Pod', metadata: { resourceVersion: '20' } });
    await until(() => names().length === 1);
    feed.watch.response.end();
    await watched(2);
    expect(feed.watch.query.get('resourceVersion')).toBe('20');
    expect([feed.lists.length, names(), warnings]).toEqual([1, ['a'], []]);
  });

  it('are listed anew at once when the version is gone, without a word', async () => {
    feed.pods = [podObject('a', 'n1')];
    follow();
    await watched(1);
    feed.pods = [podObject('b', 'n1')];
    feed.version = '30';
    feed.tell('ERROR', { kind: 'Status', status: 'Failure', message: 'too old', reason: 'Expired', code: 410 });
    await watched(2);
    expect([names(), feed.watch.query.get('resourceVersion'), warnings]).toEqual([['b'], '30', []]);
  });

  it.each([
    ['breaks off', () => void feed.watch.response.destroy()],
    ['tells of an error', () => feed.tell('ERROR', { status: 'Failure', message: 'etcd', code: 500 })],
    ['says what is no JSON', () => void feed.watch.response.write('garbage\n')],
  ])('are listed anew when a watch %s', async (_how, spoil) => {
    feed.pods = [podObject('a', 'n1')];
    follow();
    await watched(1);
    feed.pods = [podObject('b', 'n1')];
    spoil();
    await watched(2);
    expect([names(), feed.lists.length, warnings[0]]).toEqual([
      ['b'],
      2,
      'gluster pods are not followed at this moment',
    ]);
  });

  it('are asked for again and again while the API server refuses, and known again afterwards', async () => {
    feed.listRefusal = [403, 'Forbidden', 'cannot list resource "pods"'];
    follow();
    await until(() => cache.failure !== null && feed.lists.length > 2);
    expect(cache.isListed).toBe(false);
    expect(cache.failure).toMatchObject({ failure: 'forbidden' });
    feed.listRefusal = null;
    feed.pods = [podObject('a', 'n1')];
    await watched(1);
    await until(() => warnings.length === 2);
    expect([names(), warnings, cache.failure]).toEqual([
      ['a'],
      ['gluster pods are not followed at this moment', 'gluster pods are followed again'],
      null,
    ]);
  });

  it('are known by lists alone where the right to watch is missing', async () => {
    feed.watchRefusal = [403, 'Forbidden', 'cannot watch resource "pods"'];
    follow();
    await until(() => cache.isListed);
    feed.pods = [podObject('a', 'n1')];
    await until(() => names().length === 1);
  });

  it('are not asked for without a pause where each watch ends at once', async () => {
    feed.endsWatches = true;
    follow({}, 60_000);
    await until(() => feed.watches.length > 0);
    await feed.roundTrips(20);
    expect(feed.watches.length).toBeLessThan(3);
  });

  it('are told of once while each watch breaks off as soon as it is there', async () => {
    feed.breaksWatches = true;
    follow();
    await until(() => feed.watches.length > 5);
    expect(warnings.filter((warning) => warning === 'gluster pods are not followed at this moment')).toHaveLength(1);
  });

  it('are watched no more once nobody wants to know of them, also when a list comes late', async () => {
    feed.holdsLists = true;
    follow();
    await until(() => feed.lists.length === 1);
    cache.close();
    feed.releaseLists();
    await feed.roundTrips(3);
    expect([feed.watches, cache.isListed]).toEqual([[], false]);
  });

  it('are known as of now after a refresh, and an older watch does not turn them back', async () => {
    feed.pods = [podObject('a', 'n1')];
    follow();
    await watched(1);
    const old = feed.watch;
    feed.pods = [podObject('b', 'n1')];
    feed.version = '40';
    await cache.refresh();
    expect(names()).toEqual(['b']);
    old.response.write(`${JSON.stringify({ type: 'ADDED', object: versioned('a', '9') })}\n`);
    await watched(2);
    expect([names(), feed.watch.query.get('resourceVersion')]).toEqual([['b'], '40']);
    feed.listRefusal = [500, null, 'etcd is down'];
    await expect(cache.refresh()).rejects.toMatchObject({ failure: 'failing' });
    expect(names()).toEqual(['b']);
  });
});

describe('a pod that goes', () => {
  const gone = () => cache.departures.map(({ pod }) => pod.name);
  const ended = { ready: false, state: { terminated: { exitCode: 0, reason: 'Completed' } } };
  beforeEach(async () => {
    feed.pods = [podObject('a', 'n1'), podObject('b', 'n2')];
    follow();
    await watched(1);
  });

  it('is remembered when its programs may run on', async () => {
    feed.tell('DELETED', versioned('a', '8'));
    await until(() => names().length === 1);
    expect(gone()).toEqual(['a']);
    feed.pods = [];
    await cache.refresh();
    expect(gone()).toEqual(['a', 'b']);
  });

  it('is not remembered when its container has ended, or never began', async () => {
    feed.tell('MODIFIED', versioned('a', '8', { container: ended }));
    feed.tell('DELETED', versioned('a', '9', { container: ended }));
    feed.tell('ADDED', versioned('c', '10', { container: { containerID: '', state: { waiting: {} } } }));
    feed.tell('DELETED', versioned('c', '11', { container: { containerID: '', state: { waiting: {} } } }));
    feed.tell('ADDED', versioned('d', '12'));
    await until(() => names().includes('d'));
    expect(gone()).toEqual([]);
  });
});
