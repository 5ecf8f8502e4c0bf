import { randomUUID } from 'node:crypto';
import { type Answer, jsonAnswer, refusals, statusAnswer } from './answers.js';
import { apiTime } from './pod-object.js';
import { isSet, lastOf, type RequestUrl } from './request-url.js';
import type { Resource } from './resource.js';

/** An object of any kind, as it is sent and answered. */
export interface StoredObject {
  readonly metadata: StoredMetadata;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

interface StoredMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly deletionTimestamp?: string;
  readonly [member: string]: unknown;
}

/** How a kind differs from others; each answers why an object is refused, or null. */
export interface KindRules {
  /** As the API server's admission makes it of what is sent. */
  readonly admit?: (sent: StoredObject) => StoredObject;
  readonly whyNotCreated?: (sent: StoredObject) => string | null;
  readonly whyNotChanged?: (before: StoredObject, after: StoredObject) => string | null;
}

interface ObjectRequest {
  readonly method: string;
  readonly resource: Resource;
  readonly query: RequestUrl['query'];
  readonly body: Buffer;
}

/** Objects of kinds that are stored and nothing more: versions, preconditions, finalizers, pages of lists, dry runs. */
export class ObjectStore {
  /** By kind, then by namespace and name. */
  readonly #objects = new Map<string, Map<string, StoredObject>>();
  /** How often anything has changed. */
  changes = 0;
  readonly #rules: ReadonlyMap<string, KindRules>;
  readonly #nextVersion: () => number;

  constructor(rules: ReadonlyMap<string, KindRules>, nextVersion: () => number) {
    this.#rules = rules;
    this.#nextVersion = nextVersion;
  }

  find(kind: string, name: string, namespace = ''): StoredObject | null {
    return this.#objects.get(kind)?.get(keyOf(namespace, name)) ?? null;
  }

  /** In the order in which they were first put. */
  list(kind: string, namespace: string | null = null): readonly StoredObject[] {
    const all = [...(this.#objects.get(kind)?.values() ?? [])];
    return namespace === null ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
  }

  /** Without any rules. */
  put(kind: string, object: StoredObject): StoredObject {
    const { namespace = '', name, uid = randomUUID() } = object.metadata;
    const metadata = { ...object.metadata, uid, resourceVersion: String(this.#nextVersion()) };
    const stored = { ...object, metadata };
    const all = this.#objects.get(kind) ?? new Map<string, StoredObject>();
    this.#objects.set(kind, all.set(keyOf(namespace, name), stored));
    this.changes++;
    return stored;
  }

  remove(kind: string, name: string, namespace = ''): void {
    if (this.#objects.get(kind)?.delete(keyOf(namespace, name))) this.changes++;
  }

  /** As a DELETE: it stays until it has no finalizers. */
  beginDeletion(kind: string, object: StoredObject): StoredObject | null {
    const { finalizers = [], namespace, name } = object.metadata;
    if (finalizers.length === 0) {
      this.remove(kind, name, namespace);
      return null;
    }
    const deletionTimestamp = object.metadata.deletionTimestamp ?? apiTime();
    return this.put(kind, { ...object, metadata: { ...object.metadata, deletionTimestamp } });
  }

  handle({ method, resource, query, body }: ObjectRequest): Answer {
    const { kind, namespace, name } = resource;
    if (method === 'GET' && name === '') return this.#page(kind, namespace, query);
    if (method === 'POST') return this.#create(kind, namespace ?? '', parse(body), isSet(query, 'dryRun'));
    const found = this.find(kind, name, namespace ?? '');
    if (!found) return refusals.notFound(kind, name);
    if (method === 'GET') return jsonAnswer(200, found);
    const sent = body.length > 0 ? parse(body) : {};
    if (method === 'PATCH') return this.#patch(kind, found, sent as Partial<StoredObject>);
    if (method === 'DELETE') return this.#delete(kind, found, sent as { preconditions?: Preconditions });
    return refusals.badMethod();
  }

  #page(kind: string, namespace: string | null, query: RequestUrl['query']): Answer {
    const all = this.list(kind, namespace);
    const start = Number(lastOf(query, 'continue') || '0');
    const limit = Number(lastOf(query, 'limit')) || all.length;
    const next = start + limit < all.length ? { continue: String(start + limit) } : {};
    // As the real one, without the kind of each object.
    const items = all.slice(start, start + limit).map(({ kind: _kind, apiVersion: _version, ...object }) => object);
    return jsonAnswer(200, { kind: 'List', apiVersion: 'v1', metadata: next, items });
  }

  #create(kind: string, namespace: string, sent: StoredObject, isDry: boolean): Answer {
    const { name } = sent.metadata;
    if (this.find(kind, name, namespace)) {
      return statusAnswer(409, 'AlreadyExists', `${kind} "${name}" already exists`, { name, kind });
    }
    if (sent.metadata.resourceVersion !== undefined) {
      return statusAnswer(500, null, 'resourceVersion should not be set on objects to be created');
    }
    const { admit, whyNotCreated } = this.#rules.get(kind) ?? {};
    const why = whyNotCreated?.(sent) ?? null;
    if (why !== null) return invalid(kind, name, why);
    const { uid: _uid, ...metadata } = sent.metadata;
    const given = { ...sent, metadata: { ...metadata, ...(namespace !== '' && { namespace }) } };
    const object = admit ? admit(given) : given;
    return jsonAnswer(201, isDry ? object : this.put(kind, object));
  }

  #patch(kind: string, found: StoredObject, patch: Partial<StoredObject>): Answer {
    const refused = this.#conflict(kind, found, patch.metadata ?? {});
    if (refused) return refused;
    const after = merged(found, patch) as StoredObject;
    const why = this.#rules.get(kind)?.whyNotChanged?.(found, after) ?? null;
    if (why !== null) return invalid(kind, found.metadata.name, why);
    const { finalizers = [], deletionTimestamp } = after.metadata;
    if (deletionTimestamp !== undefined && finalizers.length === 0) {
      this.remove(kind, after.metadata.name, after.metadata.namespace);
      return jsonAnswer(200, after);
    }
    return jsonAnswer(200, this.put(kind, after));
  }

  #delete(
    kind: string,
    found: StoredObject,
    { preconditions = {} }: { readonly preconditions?: Preconditions },
  ): Answer {
    const refused = this.#conflict(kind, found, preconditions);
    if (refused) return refused;
    return jsonAnswer(200, this.beginDeletion(kind, found) ?? found);
  }

  #conflict(kind: string, { metadata }: StoredObject, asked: Preconditions): Answer | null {
    const isSame = (member: 'uid' | 'resourceVersion') =>
      asked[member] === undefined || asked[member] === metadata[member];
    if (isSame('uid') && isSame('resourceVersion')) return null;
    const why = 'the object has been modified; please apply your changes to the latest version and try again';
    return statusAnswer(409, 'Conflict', `Operation cannot be fulfilled on ${kind} "${metadata.name}": ${why}`, {
      name: metadata.name,
      kind,
    });
  }
}

interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function parse(body: Buffer): StoredObject {
  return JSON.parse(body.toString('utf8')) as StoredObject;
}

/** A merge patch: null removes, lists are replaced. */
function merged(value: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const result: Record<string, unknown> = isMap(value) ? { ...value } : {};
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) delete result[name];
    else result[name] = merged(result[name], change);
  }
  return result;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(kind: string, name: string, why: string): Answer {
  return statusAnswer(422, 'Invalid', `${kind} "${name}" is invalid: ${why}`, { name, kind });
}
