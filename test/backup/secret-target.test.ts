import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BackupFailure } from '../../src/backup/backup-failure.js';
import { SECRET_LIMIT_BYTES, SecretTarget } from '../../src/backup/secret-target.js';
import { type Secret, Secrets } from '../../src/backup/secrets.js';
import { KubernetesServer } from '../support/kubernetes-server/kubernetes-server.js';
import { type Refusal, refusal, WatchedSecrets } from './watched-secrets.js';

const NAME = 'heketi-db-backup';
const OURS = 'aaaabbbbccccddddeeeeffff00001111';
const never = new AbortController().signal;

let server: KubernetesServer;
let api: WatchedSecrets;
const warn = vi.fn();
let target: SecretTarget;

beforeEach(async () => {
  server = await KubernetesServer.up();
  api = new WatchedSecrets(server);
  warn.mockClear();
  target = new SecretTarget({ secretName: NAME, secrets: new Secrets(api, 'default'), log: { warn } });
});

afterEach(() => server.down());

function keep(bytes: Buffer | string = 'database', databaseId = OURS): Promise<number> {
  return target.keep({ bytes: Buffer.from(bytes), databaseId }, never);
}

async function failureOf(work: Promise<unknown>): Promise<BackupFailure> {
  return work.then(
    () => expect.unreachable('it did not fail'),
    (error: BackupFailure) => error,
  );
}

function kept(name = NAME): string {
  const data = api.find(name)?.data?.['heketi.db.gz'] ?? '';
  return gunzipSync(Buffer.from(data, 'base64')).toString();
}

function found(): Secret {
  return api.find(NAME) ?? expect.unreachable('there is no secret');
}

/** Names of secrets that were made besides the one of the backup. */
function putAside(): readonly string[] {
  const made = api.sent.filter((line) => line.startsWith('POST ')).map((line) => line.slice('POST '.length));
  return [...new Set(made)].filter((name) => name !== NAME && api.find(name));
}

function secret(more: Partial<Secret> = {}): Secret {
  return { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { name: NAME }, ...more };
}

const TOO_LONG = refusal(
  422,
  'Invalid',
  `Secret "${NAME}" is invalid: data: Too long: must have at most 1048576 bytes`,
  {
    causes: [{ reason: 'FieldValueTooLong', message: 'Too long: must have at most 1048576 bytes', field: 'data' }],
  },
);

function answering(method: string, ...answers: readonly (Refusal | null)[]): void {
  const left = [...answers];
  api.before = (call) => (call.method === method ? (left.shift() ?? null) : null);
}

it('makes the secret with the key that the image restores from, and replaces the copy in it', async () => {
  expect(await keep('first')).toBeGreaterThan(5);
  expect(kept()).toBe('first');
  expect(api.find(NAME)).toMatchObject({ type: 'Opaque', kind: 'Secret', apiVersion: 'v1' });
  await keep('second');
  expect(kept()).toBe('second');
  expect(putAside()).toEqual([]);
});

it('keeps labels, annotations, other keys and the type of a secret that is there', async () => {
  const labels = { app: 'heketi' };
  const metadata = { name: NAME, labels, annotations: { note: 'mine' } };
  api.put(secret({ type: 'example/own', metadata, data: { other: 'eHg=' } }));
  await keep('copy');
  expect(kept()).toBe('copy');
  const { type, metadata: after, data } = found();
  expect(type).toBe('example/own');
  expect(after).toMatchObject({ labels, annotations: { note: 'mine' } });
  expect(data?.other).toBe('eHg=');
});

describe('with others at the same secret', () => {
  it('looks again when somebody has changed it in between, and keeps that change', async () => {
    await keep('first');
    let others = 0;
    api.before = ({ method }) => {
      const { metadata, ...rest } = found();
      if (method === 'PUT' && others++ < 2) api.put({ ...rest, metadata: { ...metadata, labels: { n: `${others}` } } });
      return null;
    };
    await keep('second');
    expect(kept()).toBe('second');
    expect(api.find(NAME)?.metadata.labels).toEqual({ n: '2' });
  });

  it('takes one that somebody has just made', async () => {
    api.before = ({ method }) => {
      if (method === 'POST') api.put(secret({ metadata: { name: NAME, labels: { made: 'meanwhile' } } }));
      return null;
    };
    await keep('copy');
    expect(kept()).toBe('copy');
    expect(api.find(NAME)?.metadata.labels).toEqual({ made: 'meanwhile' });
  });

  it('makes it anew when somebody has just deleted it', async () => {
    await keep('first');
    api.before = ({ method }) => {
      if (method === 'PUT') api.delete(NAME);
      return null;
    };
    await keep('second');
    expect(kept()).toBe('second');
  });

  it('gives up when that does not end, and says who may be at it', async () => {
    await keep('first');
    api.before = ({ method }) => (method === 'PUT' ? refusal(409, 'Conflict', 'the object has been modified') : null);
    const failure = await failureOf(keep('second'));
    expect(failure.reason).toBe('conflict');
    expect(failure.message).toContain('does another server back up to the same secret?');
    expect(api.sent.filter((line) => line.startsWith('PUT'))).toHaveLength(5);
    expect(kept()).toBe('first');
  });
});

describe('a backup of another database', () => {
  it('is put aside before it is overwritten, once', async () => {
    await keep('of a lost database', 'another');
    await keep('of the empty one in its place');
    await keep('a second of that');
    expect(kept()).toBe('a second of that');
    const aside = putAside();
    expect(aside).toHaveLength(1);
    expect(aside[0]).toMatch(/^heketi-db-backup-[0-9a-f]{10}$/);
    expect(kept(aside[0])).toBe('of a lost database');
    expect(warn).toHaveBeenCalledWith({ secret: NAME, aside: aside[0] }, expect.stringContaining('put aside'));
  });

  it("is put aside too when it is Heketi's, which says nothing of its database", async () => {
    api.put(secret({ data: { 'heketi.db.gz': 'Ym9sdA==' } }));
    await keep('ours');
    expect(api.find(putAside()[0] ?? '')?.data).toEqual({ 'heketi.db.gz': 'Ym9sdA==' });
  });

  it('that comes again is of a server that is there: the secrets do not grow in number, and it is told', async () => {
    const others = new SecretTarget({ secretName: NAME, secrets: new Secrets(api, 'default'), log: { warn } });
    const keepTheirs = (text: string) => others.keep({ bytes: Buffer.from(text), databaseId: 'another' }, never);
    await keep('ours');
    await keepTheirs('theirs');
    for (let i = 0; i < 3; i++) {
      const failure = await failureOf(keep(`ours ${i}`));
      expect(failure.reason).toBe('conflict');
      expect(failure.message).toMatch(/another server.*HEKETI_KUBE_DB_SECRET_NAME.*delete the secret/);
      await keepTheirs(`theirs ${i}`);
    }
    expect([kept(), putAside().map((name) => kept(name))]).toEqual(['theirs 2', ['ours']]);
    api.delete(NAME);
    await keep('ours again');
    expect(kept()).toBe('ours again');
  });

  it('is not overwritten when it can not be put aside', async () => {
    await keep('of a lost database', 'another');
    api.limitTo(['get secrets', 'update secrets']);
    expect((await failureOf(keep('of the empty one'))).reason).toBe('denied');
    expect(kept()).toBe('of a lost database');
  });
});

it('with a role that was made for the original, without get, writes as that did and says what is lost', async () => {
  api.limitTo(['create secrets', 'update secrets']);
  await keep('first');
  expect(warn).not.toHaveBeenCalled();
  await keep('second');
  expect(kept()).toBe('second');
  expect(warn).toHaveBeenCalledWith({ secret: NAME }, expect.stringContaining('labels included'));
});

describe('the size', () => {
  const ofPackedSize = (bytes: number) => randomBytes(bytes);

  it('is warned about from 80 % of the limit on, once, and again after it was smaller', async () => {
    await keep(ofPackedSize(0.79 * SECRET_LIMIT_BYTES));
    expect(warn).not.toHaveBeenCalled();
    await keep(ofPackedSize(0.81 * SECRET_LIMIT_BYTES));
    await keep(ofPackedSize(0.9 * SECRET_LIMIT_BYTES));
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.lastCall?.[1]).toContain('will soon be too large for a secret');
    await keep('small');
    await keep(ofPackedSize(0.81 * SECRET_LIMIT_BYTES));
    expect(warn).toHaveBeenCalledTimes(2);
  });

  it('that no secret takes is refused before anything is sent, with the other keys counted', async () => {
    await keep('small');
    const { metadata, ...rest } = found();
    api.put({ ...rest, metadata, data: { ...rest.data, other: randomBytes(600_000).toString('base64') } });
    await keep(ofPackedSize(400_000));
    api.sent.length = 0;
    const failure = await failureOf(keep(ofPackedSize(500_000)));
    expect(failure.reason).toBe('too-large');
    expect(failure.message).toMatch(/a secret takes 1048576; .*glusterfs\.backup_directory/);
    expect(failure.sizeBytes).toBeGreaterThan(500_000);
    expect(api.sent).toEqual([`GET ${NAME}`]);
  });
});

describe('what the API server refuses', () => {
  it.each([
    ['create', 'POST', refusal(403, 'Forbidden', 'no'), 'denied', /needs get, create and update on secrets/],
    ['get', 'GET', refusal(401, 'Unauthorized', 'Unauthorized'), 'denied', /the credentials of .* are not accepted/],
    [
      'create',
      'POST',
      refusal(404, 'NotFound', 'namespaces "x" not found'),
      'missing',
      /namespaces "x" not found.*the namespace is gone/,
    ],
    ['create', 'POST', refusal(413, 'RequestEntityTooLarge', 'limit is 3145728'), 'too-large', /backup_directory/],
    ['create', 'POST', TOO_LONG, 'too-large', /backup_directory/],
    ['create', 'POST', refusal(422, 'Invalid', 'metadata.name: bad'), 'refused', /HEKETI_KUBE_DB_SECRET_NAME/],
    ['get', 'GET', refusal(500, 'InternalError', 'etcd'), 'unreachable', /\(500\): etcd/],
    ['create', 'POST', refusal(429, 'TooManyRequests', 'slowly'), 'unreachable', /429/],
    ['get', 'GET', { status: 502, body: 'Bad Gateway' }, 'unreachable', /502/],
  ] as const)('to %s (%s %o) is told as %s', async (_verb, method, answer, reason, text) => {
    answering(method, answer);
    const failure = await failureOf(keep());
    expect(failure.reason).toBe(reason);
    expect(failure.message).toMatch(text);
    expect(failure.sizeBytes).toBeGreaterThan(5);
  });

  it('for an immutable secret is told as such', async () => {
    await keep('first');
    api.put({ ...found(), immutable: true } as Secret);
    const failure = await failureOf(keep('second'));
    expect(failure.reason).toBe('refused');
    expect(failure.message).toContain('marked as immutable');
  });

  it('by no answer at all is told as unreachable', async () => {
    await server.kill();
    const failure = await failureOf(keep());
    expect(failure.reason).toBe('unreachable');
    expect(failure.isPassing).toBe(true);
    expect(failure.message).toContain('nothing listens there');
    await server.start();
    await keep('after that');
    expect(kept()).toBe('after that');
  });
});
