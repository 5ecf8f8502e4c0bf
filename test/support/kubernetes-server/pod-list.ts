import { type Answer, jsonAnswer, refusals, statusAnswer } from './answers.js';
import type { PodBook } from './pod-book.js';
import type { PodObject } from './pod-object.js';
import { lastOf, type RequestUrl } from './request-url.js';
import { BadSelectorError, parseSelector } from './selectors.js';

/** Whether a pod is one of those asked for. */
export type PodFilter = (pod: PodObject) => boolean;

/** Throws BadSelectorError. */
export function podFilter(namespace: string | null, query: RequestUrl['query']): PodFilter {
  const hasLabels = parseSelector(lastOf(query, 'labelSelector'));
  const hasFields = parseSelector(lastOf(query, 'fieldSelector'));
  return ({ metadata, spec, status }) =>
    (namespace === null || metadata.namespace === namespace) &&
    hasLabels(metadata.labels) &&
    hasFields({
      'metadata.name': metadata.name,
      'metadata.namespace': metadata.namespace,
      'spec.nodeName': spec.nodeName ?? '',
      'status.phase': status.phase,
    });
}

export function badSelector(error: unknown): Answer {
  if (error instanceof BadSelectorError) return statusAnswer(400, 'BadRequest', error.message);
  throw error;
}

export function listPods(book: PodBook, namespace: string | null, query: RequestUrl['query']): Answer {
  const refusal = versionRefusal(book, query);
  if (refusal) return refusal;
  let isMeant: PodFilter;
  try {
    isMeant = podFilter(namespace, query);
  } catch (error) {
    return badSelector(error);
  }
  const last = readContinue(lastOf(query, 'continue'));
  const found = book.list(namespace).filter((pod) => isMeant(pod) && pod.metadata.name > last);
  const limit = Number(lastOf(query, 'limit')) || found.length;
  const items = found.slice(0, limit);
  const next = found.length > limit ? { continue: writeContinue(book.version, items.at(-1)?.metadata.name ?? '') } : {};
  return jsonAnswer(200, {
    kind: 'PodList',
    apiVersion: 'v1',
    metadata: { resourceVersion: String(book.version), ...next },
    items,
  });
}

export function getPod(book: PodBook, namespace: string, name: string): Answer {
  const pod = book.find(namespace, name);
  return pod ? jsonAnswer(200, { kind: 'Pod', apiVersion: 'v1', ...pod }) : refusals.notFound('pods', name);
}

function versionRefusal(book: PodBook, query: RequestUrl['query']): Answer | null {
  const version = Number(lastOf(query, 'resourceVersion') || '0');
  if (version > book.version) {
    return statusAnswer(504, 'Timeout', `Timeout: Too large resource version: ${version}, current: ${book.version}`, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    });
  }
  const isExact = lastOf(query, 'resourceVersionMatch') === 'Exact';
  return isExact && version < book.oldestVersion
    ? statusAnswer(410, 'Expired', 'The resourceVersion for the provided list is too old.')
    : null;
}

function writeContinue(version: number, name: string): string {
  const position = { v: 'meta.k8s.io/v1', rv: version, start: `${name}\0` };
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** The last name that was shown. */
function readContinue(text: string): string {
  if (text === '') return '';
  const { start } = JSON.parse(Buffer.from(text, 'base64url').toString()) as { readonly start: string };
  return start.replace(/\0$/, '');
}
