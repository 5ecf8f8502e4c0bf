import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KubernetesServer } from '../../../support/kubernetes-server/kubernetes-server.js';
import type { PodObject } from '../../../support/kubernetes-server/pod-object.js';
import { until } from '../../../support/simcluster.js';
import { recorded } from './recorded.js';

const NODES = ['10.20.0.11', '10.20.0.12', '10.20.0.13'];
const PODS = ['glusterfs-bgr92', 'glusterfs-s2swt', 'glusterfs-z4gsx'];
const PATH = '/api/v1/namespaces/default/pods?labelSelector=glusterfs-node';

/** What the recording keeps of a pod. */
interface ReducedPod {
  readonly metadata: Partial<PodObject['metadata']>;
  readonly spec: object;
  readonly status: { readonly containerStatuses?: readonly object[] } & object;
}

interface Scenario {
  readonly scenario: string;
  readonly request: string;
  readonly events: readonly { readonly type: string; readonly object: ReducedPod }[];
  readonly response: { readonly status: number; readonly body: { readonly items: readonly ReducedPod[] } };
}

const scenarios = new Map(recorded<Scenario>('18-list-watch.json').map((one) => [one.scenario, one]));

function scenario(name: string): Scenario {
  const found = scenarios.get(name);
  if (!found) throw new Error(`there is no recording of: ${name}`);
  return found;
}

let server: KubernetesServer;
beforeEach(async () => {
  server = await KubernetesServer.up();
  for (const [i, node] of NODES.entries()) server.pods.add(node, { podName: PODS[i] ?? '' });
});
afterEach(() => server.down());

function ask(path: string, token = server.token): Promise<Response> {
  return fetch(server.url + path, { headers: { Authorization: `Bearer ${token}` } });
}

/** The parts of the path that stand in the recording, with a version of now. */
function pathOf(request: string): string {
  return request.replace('GET ', '').replace(/resourceVersion=15\d+/, `resourceVersion=${server.book.version}`);
}

async function json(path: string) {
  const answer = await ask(path);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> & { metadata: object } };
}

describe('the stand-in lists pods as recorded', () => {
  it('with what clients look at', async () => {
    const { request, response } = scenario('list pods by label key');
    const { status, body } = await json(pathOf(request));
    expect(status).toBe(response.status);
    const found = (body['items'] as readonly PodObject[]).map((pod) => comparable(reduced(pod)));
    // Their containers had been restarted once; these have not.
    expect(found).toEqual(response.body.items.map(comparable).map((pod) => withRestarts(pod, 0)));
  });

  it.each(['list: selector with no match', 'list: selector key=value', 'list: list with limit=1'])(
    '%s',
    async (name) => {
      const { request, response } = scenario(name);
      const { status, body } = await json(pathOf(request));
      const names = (body['items'] as readonly PodObject[]).map(({ metadata }) => metadata.name);
      expect([status, names]).toEqual([response.status, response.body.items]);
      expect(Object.keys(body.metadata)).toEqual(Object.keys((response.body as unknown as typeof body).metadata));
    },
  );

  it.each([
    'list: bad selector',
    'list: list with an ancient exact resourceVersion',
    'list: list with a resourceVersion from the future',
    'watch with a resourceVersion that is no number',
  ])('or refuses: %s', async (name) => {
    const { request, response, ...recording } = scenario(name);
    const { status, body } = await json(request.replace('GET ', ''));
    const expected = JSON.stringify(response.body ?? (recording as unknown as { body: object }).body);
    expect(status).toBe(response.status);
    expect(JSON.stringify(body).replace(/current: \d+/, 'current: 15029')).toBe(expected);
  });

  it('to those who may', async () => {
    const { request, response } = scenario('list in all namespaces, allowed only in one');
    const user = 'system:serviceaccount:other:exec-none';
    const token = server.access.issue({ user, rights: ['list pods'], namespace: 'default' });
    expect((await ask(PATH, token)).status).toBe(200);
    const refused = await ask(request.replace('GET ', ''), token);
    expect([refused.status, await refused.json()]).toEqual([response.status, response.body]);
  });
});

describe('a watch of the stand-in', () => {
  it.each(['watch without resourceVersion (starts with synthetic ADDED events)', 'watch with resourceVersion=0'])(
    'begins with all pods: %s',
    async (name) => {
      const { request, events } = scenario(name);
      const watch = await Watch.begin(pathOf(request));
      await until(() => watch.events.length === 3);
      const byName = (a: string, b: string) => (a < b ? -1 : 1);
      const shown = (list: readonly { type: string; object: ReducedPod }[]) =>
        list.map(({ type, object }) => `${type} ${object.metadata.name}`).sort(byName);
      expect(shown(watch.events)).toEqual(shown(events));
      watch.stop();
    },
  );

  it.each([
    [
      'grace period 2 s of the pod',
      'watch while a DaemonSet pod is deleted (grace period 2 s of the pod) and comes again on the same node',
    ],
    [
      'gracePeriodSeconds=0',
      'watch while a DaemonSet pod is deleted with gracePeriodSeconds=0 and comes again on the same node',
    ],
  ])('tells how a pod is deleted and comes again: %s', async (how, name) => {
    const { request, events } = scenario(name);
    const watch = await Watch.begin(pathOf(request));
    if (how === 'gracePeriodSeconds=0') server.pods.forceDelete('10.20.0.12');
    else {
      server.pods.beginDeletion('10.20.0.12', 2);
      server.pods.stop('10.20.0.12');
      server.pods.finishDeletion('10.20.0.12');
    }
    server.pods.start('10.20.0.12');
    await until(() => watch.events.length === events.length);
    const shown = (list: readonly { type: string; object: ReducedPod }[]) =>
      list.map(({ type, object }) => ({ type, ...withRestarts(comparable(object), 0) }));
    const found = watch.events.map(({ type, object }) => ({ type, object: reduced(object as PodObject) }));
    expect(shown(found)).toEqual(shown(events));
    watch.stop();
  });

  it('from a version that is too old has one ERROR, and ends', async () => {
    server.book.forget();
    const { request, events } = scenario('watch from an old resourceVersion (1)');
    const watch = await Watch.begin(request.replace('GET ', ''));
    expect(await watch.ended).toBe('complete');
    const text = JSON.stringify(watch.events.map(({ type, object }) => ({ type, object })));
    const expected = JSON.stringify(events.map(({ type, object }) => ({ type, object })));
    expect(text.replace(/\(\d+\)/, '(14646)')).toBe(expected);
  });

  it('goes on from the version of a list, through what has changed since', async () => {
    const { body } = await json(PATH);
    const { resourceVersion } = body.metadata as { readonly resourceVersion: string };
    server.pods.restartContainers('10.20.0.11');
    const watch = await Watch.begin(`${PATH}&watch=true&resourceVersion=${resourceVersion}`);
    await until(() => watch.events.length === 2);
    expect(watch.events.map(({ type }) => type)).toEqual(['MODIFIED', 'MODIFIED']);
    watch.stop();
  });

  it('has bookmarks if it wants them, of the form of the recorded ones', async () => {
    const { request, events } = scenario('watch with allowWatchBookmarks=true, quiet for 150 s, timeoutSeconds=150');
    const watch = await Watch.begin(pathOf(request));
    const other = await Watch.begin(`${PATH}&watch=true&resourceVersion=${server.book.version}`);
    server.watches.sendBookmarks();
    server.watches.end();
    expect([await watch.ended, await other.ended]).toEqual(['complete', 'complete']);
    const version = events[0]?.object.metadata.resourceVersion ?? '';
    expect(JSON.stringify(watch.events).replace(String(server.book.version), version)).toBe(
      JSON.stringify([{ type: 'BOOKMARK', object: events[0]?.object }]),
    );
    expect(other.events).toEqual([]);
  });

  it('sees a pod leave and enter its selection', async () => {
    const fields = '&fieldSelector=spec.nodeName%3D10.20.0.12';
    const watch = await Watch.begin(`${PATH}&watch=true&resourceVersion=${server.book.version}${fields}`);
    server.pods.replace('10.20.0.11');
    server.pods.replace('10.20.0.12');
    await until(() => watch.events.length === 5);
    expect(watch.events.map(({ type }) => type)).toEqual(['MODIFIED', 'DELETED', 'ADDED', 'MODIFIED', 'MODIFIED']);
    watch.stop();
  });

  it('breaks off in the midst of its body, or ends with its time', async () => {
    const broken = await Watch.begin(`${PATH}&watch=true`);
    server.watches.breakOff();
    expect(await broken.ended).toBe('broken');
    const timed = await Watch.begin(`${PATH}&watch=true&timeoutSeconds=1`);
    expect(await timed.ended).toBe('complete');
  });

  it('is silent while the server hangs, and has everything afterwards', async () => {
    const watch = await Watch.begin(`${PATH}&watch=true&resourceVersion=${server.book.version}`);
    server.hang();
    server.pods.restartContainers('10.20.0.11');
    server.resume();
    await until(() => watch.events.length === 2);
    watch.stop();
  });
});

class Watch {
  readonly events: { readonly type: string; readonly object: ReducedPod }[] = [];
  /** `broken`: before the body was whole. */
  readonly ended: Promise<'complete' | 'broken'>;
  readonly #controller: AbortController;

  private constructor(answer: Response, controller: AbortController) {
    this.#controller = controller;
    this.ended = this.#read(answer).then(
      () => 'complete',
      () => 'broken',
    );
  }

  static async begin(path: string): Promise<Watch> {
    const controller = new AbortController();
    const headers = { Authorization: `Bearer ${server.token}` };
    return new Watch(await fetch(server.url + path, { headers, signal: controller.signal }), controller);
  }

  stop(): void {
    this.#controller.abort();
  }

  async #read({ body }: Response): Promise<void> {
    let rest = '';
    for await (const chunk of body ?? []) {
      const lines = (rest + Buffer.from(chunk).toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.events.push(JSON.parse(line));
    }
  }
}

/** As the recorder did it. */
function reduced({ metadata, spec, status }: PodObject): ReducedPod {
  const { name, namespace, uid, labels, creationTimestamp, ownerReferences } = metadata;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  const { nodeName, affinity } = spec;
  const { phase, podIP, hostIP } = status;
  const where = nodeName === undefined ? { affinity } : { nodeName };
  const containers = spec.containers.map((container) => ({ name: container.name }));
  const conditions = status.conditions?.map(
    ({ type, status: is, reason }) => `${type}=${is}${reason ? ` ${reason}` : ''}`,
  );
  const containerStatuses = status.containerStatuses?.map(({ imageID: _i, image: _m, lastState: _l, ...kept }) => kept);
  return {
    metadata: {
      name,
      namespace,
      uid,
      labels,
      creationTimestamp,
      deletionTimestamp,
      deletionGracePeriodSeconds,
      ownerReferences,
    },
    spec: { ...where, hostNetwork: true, containers },
    status: { phase, podIP, hostIP, conditions, containerStatuses },
  } as unknown as ReducedPod;
}

/** Without versions, drawn names, ids and times. */
function comparable(pod: ReducedPod): ReducedPod {
  const { resourceVersion: _version, ...metadata } = pod.metadata;
  const text = JSON.stringify({ ...pod, metadata })
    .replace(/glusterfs-[a-z0-9]{5}"/g, 'glusterfs-<drawn>"')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<uid>')
    .replace(/[0-9a-f]{64}/g, '<id>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>');
  return JSON.parse(text) as ReducedPod;
}

function withRestarts(pod: ReducedPod, restartCount: number): ReducedPod {
  const { containerStatuses } = pod.status;
  const counted = containerStatuses?.map((status) => ({ ...status, restartCount }));
  return { ...pod, status: { ...pod.status, ...(counted && { containerStatuses: counted }) } };
}
