import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
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

/** `node`: null for what concerns a whole cluster. */
export function reportInto(candidates: Candidate[], clusterId: Id, node: Node | null): Report {
  const where = { clusterId, host: node ? manageName(node) : '', nodeId: node?.id ?? '' };
  return (kind, subject, text, remedy, basis) =>
    candidates.push({ difference: { kind, ...where, subject, text, remedy, about: basis.settled ?? [] }, basis });
}
