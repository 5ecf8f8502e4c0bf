import type { StatusCause } from './kubernetes-error.js';

/** Kubernetes' object for the outcome of a request, or of a program in a pod. */
export interface StatusObject {
  readonly status: string | null;
  readonly message: string | null;
  readonly reason: string | null;
  readonly code: number | null;
  readonly causes: readonly StatusCause[];
  readonly retryAfterSeconds: number | null;
}

/** Null for what is no Status object. */
export function parseStatus(text: string): StatusObject | null {
  try {
    return readStatus(JSON.parse(text));
  } catch {
    return null;
  }
}

/** As `parseStatus`, of a parsed value. */
export function readStatus(value: unknown): StatusObject | null {
  if (!isObject(value) || typeof value['status'] !== 'string') return null;
  const details = isObject(value['details']) ? value['details'] : {};
  const causes = Array.isArray(details['causes']) ? details['causes'] : [];
  return {
    status: value['status'],
    message: text(value['message']),
    reason: text(value['reason']),
    code: number(value['code']),
    causes: causes.filter(isObject).map((cause) => ({
      reason: text(cause['reason']),
      message: text(cause['message']),
      field: text(cause['field']),
    })),
    retryAfterSeconds: number(details['retryAfterSeconds']),
  };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
