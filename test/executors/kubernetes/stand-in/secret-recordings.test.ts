import { afterAll, beforeAll, expect, it } from 'vitest';
import { KubernetesServer } from '../../../support/kubernetes-server/kubernetes-server.js';
import { recorded, withoutChance } from './recorded.js';

interface Scenario {
  readonly scenario: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly contentType: string;
    readonly body?: unknown;
  };
  readonly response: { readonly status: number; readonly contentType: string; readonly body: unknown };
}

/** Bytes of data in those whose bodies were too long to be recorded. */
const SIZES: Readonly<Record<string, number>> = {
  'create with exactly 1 MiB (1048576 bytes of data)': 1_048_576,
  'create with 1 MiB + 1 byte': 1_048_577,
  'create with 2 MiB': 2_097_152,
  'create with 2.4 MiB (request body 3.2 MiB, over 3 MiB)': 2_400_000,
  'update that makes it too large': 1_048_577,
};

let server: KubernetesServer;
let stranger: string;
beforeAll(async () => {
  server = await KubernetesServer.up();
  stranger = server.access.issue({ user: 'system:serviceaccount:other:exec-none', rights: [], namespace: 'other' });
});
afterAll(() => server.down());

/** The versions that were current when they were recorded, as they are now. */
let current = '';

// They build on each other, in the order in which they were recorded.
it.each(recorded<Scenario>('19-secrets.json', ['8 updates at once from the same resourceVersion']))(
  'the stand-in answers as recorded to: $scenario',
  async ({ scenario, request, response }) => {
    const token = scenario === 'forbidden for a service account' ? stranger : server.token;
    const found = server.secrets.find('other', 's-ok')?.metadata;
    if (scenario === 'update with the current resourceVersion') current = found?.resourceVersion ?? '';
    const text = bodyText(scenario, request)
      ?.replaceAll('"15217"', `"${current}"`)
      .replaceAll('e185302d-2c48-4000-8066-0275f126c2c3', found?.uid ?? '');
    const answer = await fetch(server.url + request.path, {
      method: request.method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': request.contentType },
      ...(text !== undefined && { body: text }),
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([response.status, response.contentType]);
    expect(shown(JSON.parse(await answer.text()), scenario)).toBe(shown(response.body, scenario));
  },
);

it('takes one of several updates from one version', async () => {
  const path = '/api/v1/namespaces/other/secrets';
  const send = (method: string, url: string, body: object) =>
    fetch(server.url + url, {
      method,
      headers: { Authorization: `Bearer ${server.token}` },
      body: JSON.stringify(body),
    });
  const made = (await (await send('POST', path, { metadata: { name: 's-race' }, data: { db: '' } })).json()) as {
    readonly metadata: object;
  };
  const update = async (i: number) =>
    (await send('PUT', `${path}/s-race`, { ...made, data: { db: Buffer.from(`${i}`).toString('base64') } })).status;
  const codes = await Promise.all(Array.from({ length: 8 }, (_, i) => update(i)));
  expect(codes.sort()).toEqual([200, ...Array.from({ length: 7 }, () => 409)]);
});

function bodyText(scenario: string, { method, path, body }: Scenario['request']): string | undefined {
  const bytes = SIZES[scenario];
  if (bytes === undefined) return body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const name = method === 'POST' ? (bytes === 1_048_576 ? 's-1m' : 's-big') : (path.split('/').at(-1) ?? '');
  const data = { db: Buffer.alloc(bytes, 'x').toString('base64') };
  return JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'Opaque', data });
}

function shown(body: unknown, scenario: string): string {
  const text = withoutChance(JSON.stringify(body)).replace(/"resourceVersion":"\d+"/g, '"resourceVersion":"<version>"');
  // The whole answer is too long; the real message goes on with where in the body it stands.
  if (scenario === 'create with exactly 1 MiB (1048576 bytes of data)') return 'a Secret';
  return scenario === 'data that is not base64' ? text.replace(/(at input byte 0).*","reason"/, '$1","reason"') : text;
}
