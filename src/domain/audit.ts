import type { Id } from './ids.js';

/** `accepted`: what becomes of it, an event with the same request id tells. `failed`: by a defect of the server. */
export const AUDIT_OUTCOMES = ['done', 'accepted', 'refused', 'failed'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** A request for a change, or one that was refused. Of its body it has nothing but ids: bodies may hold secrets. */
export interface AuditEntry {
  /** Unix milliseconds. */
  readonly at: number;
  /** `iss` of the token, which is the role, too; null where none was good, or none is asked for. */
  readonly issuer: string | null;
  /** Of the peer of the connection. */
  readonly address: string;
  readonly requestId: string;
  readonly method: string;
  /** As it was sent, without its query; the beginning of a long one. */
  readonly path: string;
  /** The operation of openapi.yaml; '' for none. */
  readonly action: string;
  /** In the path and the body, and what the answer names. */
  readonly objectIds: readonly Id[];
  readonly status: number;
  readonly outcome: AuditOutcome;
  /** The text of the refusal. */
  readonly reason: string | null;
  readonly durationMs: number;
  /** So many more were refused like it before the next entry of the kind, and are not listed. */
  readonly repeats: number;
}

export interface RecordedAuditEntry extends AuditEntry {
  readonly id: number;
}
