import type { Id } from '../../domain/ids.js';
import type { OperationType, PendingOperation } from '../../domain/pending-operation.js';
import type { ReadTx, Tx } from '../../store/store.js';
import type { BeginningKind, BuildContext, Intent, OperationContext } from './operation.js';
import type { Step } from './transitions/parts.js';

/**
 * Work of many parts under one record. After each part, each wait and each restart it is asked what comes next, which it
 * decides by the store and the hosts, not by what it remembers. Between two parts it holds no lane and no connection.
 *
 * A refusal (DomainError, CommandError) of `next`, `finalize` or of a part's `build` ends it with that answer, unless the
 * part says what it is `about`; whatever else fails is tried again later. What its parts have done stays in any case.
 */
export interface SequenceKind<Request, Work> {
  readonly type: OperationType;
  /** Looks at hosts before the request is accepted, and may refuse. */
  approach?(request: Request, context: OperationContext): Promise<void>;
  /** Refusals before it is accepted. What `next` refuses its client learns at /queue. */
  check?(tx: ReadTx, request: Request, context: BuildContext): Promise<void>;
  build(tx: Tx, operationId: Id, request: Request, context: BuildContext): Promise<Omit<Intent, 'lane'>>;
  /** Null when the record names rows that do not exist. `operation.progress` tells why the last part failed. */
  load(tx: ReadTx, operation: PendingOperation): Promise<Work | null>;
  next(work: Work, context: OperationContext): Promise<Next>;
  /** In the unit that also ends the record; answers the path of the resulting resource, or null. */
  finalize(tx: Tx, work: Work): Promise<string | null>;
  /** The same when it was refused or cancelled (`reason`): takes back what rows say of the sequence itself. */
  retract?(tx: Tx, work: Work, reason: unknown): Promise<void>;
}

interface Part {
  readonly do: 'part';
  readonly request: unknown;
  readonly step: Step;
  /**
   * The sequence goes on without it, should it be refused or fail, or hosts not be there to ask: then
   * `operation.progress.refused` has it.
   */
  readonly about?: Id;
}

/** `wait`: to be asked again after a time, since something has to come about by itself (a heal). */
export type Next =
  // biome-ignore lint/suspicious/noExplicitAny: the engine hands the request to the kind that belongs to it
  | (Part & { readonly kind: BeginningKind<any> })
  | { readonly do: 'wait'; readonly forMs: number; readonly step: Step }
  | { readonly do: 'end' };

/** A part, with the type of its request checked. */
export function part<Request>(kind: BeginningKind<Request>, request: Request, step: Step, about?: Id): Next {
  return { do: 'part', kind, request, step, ...(about === undefined ? {} : { about }) };
}

// biome-ignore lint/suspicious/noExplicitAny: the engine handles kinds whose work it never looks into
export type AnySequenceKind = SequenceKind<any, any>;
