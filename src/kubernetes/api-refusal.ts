import type { Cluster } from './cluster.js';
import { type ApiFailure, KubernetesError } from './kubernetes-error.js';
import { parseStatus, type StatusObject } from './status-object.js';

const SHOWN_CHARACTERS = 500;

/** An answer that is not what was asked for. */
export interface RefusedAnswer {
  readonly status: number;
  readonly body: string;
}

/** The error for a refused request; `what`: method and path, which hold no secret. */
export function refusalOf(cluster: Cluster, what: string, answer: RefusedAnswer): KubernetesError {
  const object = parseStatus(answer.body);
  const failure = failureOf(answer.status, object);
  const said = (object?.message ?? answer.body.trim()).slice(0, SHOWN_CHARACTERS) || 'no text';
  const advice = adviceFor(failure, cluster);
  return new KubernetesError(
    failure,
    `the Kubernetes API refused ${what} (${answer.status}): ${said}${advice && `; ${advice}`}`,
    {
      status: answer.status,
      reason: object?.reason ?? null,
      causes: object?.causes ?? [],
      retryAfterSeconds: object?.retryAfterSeconds ?? null,
    },
  );
}

function failureOf(status: number, object: StatusObject | null): ApiFailure {
  const isTooLong = object?.causes.some(({ reason }) => reason === 'FieldValueTooLong') ?? false;
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'not found';
    case 409:
      return object?.reason === 'AlreadyExists' ? 'already exists' : 'conflict';
    case 410:
      return 'expired';
    case 413:
      return 'too large';
    case 422:
      return isTooLong ? 'too large' : 'invalid';
    case 429:
    case 503:
      return 'busy';
    default:
      return status >= 500 ? 'failing' : 'invalid';
  }
}

function adviceFor(failure: ApiFailure, { source }: Cluster): string {
  switch (failure) {
    case 'unauthorized':
      return `the credentials of ${source} are not accepted: has the account been deleted, or made anew since this pod started?`;
    case 'forbidden':
      return `the account of ${source} lacks that right: grant it in a Role of that namespace and bind it with a RoleBinding`;
    case 'busy':
    case 'failing':
      return 'it is tried again later';
    default:
      return '';
  }
}
