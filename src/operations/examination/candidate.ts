import type { Id } from '../../domain/ids.js';
import type { Difference, DifferenceKind } from './difference.js';
import type { KnownRecords } from './known-records.js';

/** What must still be so in records that are read after the hosts: otherwise something was changed meanwhile. */
export interface Basis {
  /** Records that hosts should have something of: they are there, and settled. */
  readonly settled?: readonly Id[];
  /** Something that should be on no host: nobody has come to know it. */
  readonly isUnknown?: (records: KnownRecords) => boolean;
}

/** A difference as far as the records are known that were read before the hosts. */
export interface Candidate {
  readonly difference: Difference;
  readonly basis: Basis;
}

export type Report = (kind: DifferenceKind, subject: string, text: string, remedy: string, basis: Basis) => void;

export function isStill({ basis }: Candidate, records: KnownRecords): boolean {
  return (basis.settled ?? []).every((id) => records.isSettled(id)) && (basis.isUnknown?.(records) ?? true);
}

export function reportInto(candidates: Candidate[], clusterId: Id, host: string): Report {
  return (kind, subject, text, remedy, basis) =>
    candidates.push({ difference: { kind, clusterId, host, subject, text, remedy }, basis });
}
