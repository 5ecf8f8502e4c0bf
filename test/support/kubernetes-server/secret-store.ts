import { randomUUID } from 'node:crypto';
import { type Answer, jsonAnswer, refusals, statusAnswer } from './answers.js';
import { apiTime } from './pod-object.js';
import { type Invalid, invalidField, invalidSecret, undecodable } from './secret-rules.js';

const MAX_BODY_BYTES = 3_145_728;

/** A Secret as it is sent and answered. */
export interface Secret {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly creationTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly immutable?: boolean;
  readonly data?: Readonly<Record<string, string>>;
  readonly type?: string;
}

export interface SecretRequest {
  readonly method: string;
  readonly namespace: string;
  /** '' for the whole collection. */
  readonly name: string;
  readonly body: Buffer;
}

/** Secrets with the limits and conflicts of the real ones. */
export class SecretStore {
  readonly #secrets = new Map<string, Secret>();
  readonly #namespaces: ReadonlySet<string>;
  readonly #nextVersion: () => number;

  constructor(namespaces: ReadonlySet<string>, nextVersion: () => number) {
    this.#namespaces = namespaces;
    this.#nextVersion = nextVersion;
  }

  find(namespace: string, name: string): Secret | null {
    return this.#secrets.get(`${namespace}/${name}`) ?? null;
  }

  handle(request: SecretRequest): Answer {
    const { method, namespace, name, body } = request;
    if (body.length > MAX_BODY_BYTES) {
      const message = `Request entity too large: limit is ${MAX_BODY_BYTES}`;
      return statusAnswer(413, 'RequestEntityTooLarge', message);
    }
    if (method === 'POST') return this.#create(namespace, body);
    const found = this.find(namespace, name);
    if (!found) return refusals.notFound('secrets', name);
    if (method === 'GET') return jsonAnswer(200, found);
    if (method === 'DELETE') return this.#delete(found);
    if (method === 'PUT') return this.#update(found, parse(body));
    if (method === 'PATCH') return this.#update(found, patched(found, parse(body)));
    return refusals.badMethod();
  }

  #create(namespace: string, body: Buffer): Answer {
    const sent = parse(body);
    const { name } = sent.metadata;
    if (!this.#namespaces.has(namespace)) return refusals.notFound('namespaces', namespace);
    const bad = undecodable(sent) ?? unfit(name, invalidSecret(sent));
    if (bad) return bad;
    if (this.find(namespace, name)) {
      const message = `secrets "${name}" already exists`;
      return statusAnswer(409, 'AlreadyExists', message, { name, kind: 'secrets' });
    }
    const metadata = { ...sent.metadata, namespace, uid: randomUUID(), creationTimestamp: apiTime() };
    return jsonAnswer(201, this.#keep({ type: 'Opaque', ...sent, metadata }));
  }

  #update(found: Secret, sent: Secret): Answer {
    const { name, uid, resourceVersion } = found.metadata;
    if (sent.metadata.uid !== undefined && sent.metadata.uid !== uid) {
      return conflict(
        name,
        `StorageError: invalid object, Code: 4, Key: /registry/secrets/${found.metadata.namespace}/${name}, ResourceVersion: 0, ` +
          `AdditionalErrorMsg: Precondition failed: UID in precondition: ${sent.metadata.uid}, UID in object meta: ${uid}`,
      );
    }
    // Without a version the last writer wins.
    if (sent.metadata.resourceVersion !== undefined && sent.metadata.resourceVersion !== resourceVersion) {
      const why = 'the object has been modified; please apply your changes to the latest version and try again';
      return conflict(name, why);
    }
    const bad = undecodable(sent) ?? unfit(name, unchangeable(found, sent) ?? invalidSecret(sent));
    if (bad) return bad;
    const { namespace, creationTimestamp } = found.metadata;
    const metadata = { ...sent.metadata, namespace, uid, creationTimestamp };
    return jsonAnswer(200, this.#keep({ ...sent, type: found.type, metadata } as Secret));
  }

  #delete({ metadata: { namespace, name, uid } }: Secret): Answer {
    this.#secrets.delete(`${namespace}/${name}`);
    return jsonAnswer(200, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name, kind: 'secrets', uid },
    });
  }

  #keep({ metadata, immutable, data, type }: Secret): Secret {
    const { name, namespace, uid, creationTimestamp, labels, annotations } = metadata;
    const kept = {
      kind: 'Secret',
      apiVersion: 'v1',
      metadata: {
        name,
        namespace,
        uid,
        resourceVersion: String(this.#nextVersion()),
        creationTimestamp,
        ...(labels && { labels }),
        ...(annotations && { annotations }),
      },
      ...(immutable !== undefined && { immutable }),
      ...(data && { data }),
      type,
    } as Secret;
    this.#secrets.set(`${namespace}/${name}`, kept);
    return kept;
  }
}

function parse(body: Buffer): Secret {
  return JSON.parse(body.toString('utf8')) as Secret;
}

/** A merge patch: null removes. */
function patched(found: Secret, patch: Secret): Secret {
  const data = Object.entries({ ...found.data, ...patch.data }).filter(([, value]) => value !== null);
  const { resourceVersion: _read, ...metadata } = found.metadata;
  return { ...found, ...patch, metadata: { ...metadata, ...patch.metadata }, data: Object.fromEntries(data) };
}

function unchangeable(found: Secret, sent: Secret): Invalid | null {
  if (sent.type !== undefined && sent.type !== found.type)
    return invalidField('type', `Invalid value: "${sent.type}": field is immutable`, 'FieldValueInvalid');
  if (found.immutable && JSON.stringify(sent.data) !== JSON.stringify(found.data))
    return invalidField('data', 'Forbidden: field is immutable when `immutable` is set', 'FieldValueForbidden');
  return null;
}

function unfit(name: string, invalid: Invalid | null): Answer | null {
  if (!invalid) return null;
  const { field, message, reason } = invalid;
  return statusAnswer(422, 'Invalid', `Secret "${name}" is invalid: ${field}: ${message}`, {
    name,
    kind: 'Secret',
    causes: [{ reason, message, field }],
  });
}

function conflict(name: string, why: string): Answer {
  const message = `Operation cannot be fulfilled on secrets "${name}": ${why}`;
  return statusAnswer(409, 'Conflict', message, { name, kind: 'secrets' });
}
