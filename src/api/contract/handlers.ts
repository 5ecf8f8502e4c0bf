import type { Requester } from '../../domain/requester.js';
import type { JsonText } from '../json-text.js';
import type { operations } from './openapi.js';

/*
 * openapi.yaml as TypeScript sees it: one handler for each operation. A missing handler, one that reads a member the
 * contract doesn't have, or one that answers with another status or shape does not compile.
 */

export type OperationId = keyof operations;

export type Handlers = { readonly [Id in OperationId]: Handler<Id> };

export type Handler<Id extends OperationId> = (request: ContractRequest<Id>) => Promise<Reply<Id>>;

export interface ContractRequest<Id extends OperationId> {
  /** The `{id}` of the path; '' for a path without one. */
  readonly id: string;
  /** Read and checked against the schema; absent where the contract has none, or an optional one was not sent. */
  readonly body: BodyOf<operations[Id]>;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** What stands behind the question mark of the path. */
  query(): URLSearchParams;
  /** SHA-256 over method, path and body as they were sent, in hex. */
  fingerprint(): string;
  /** Aborted when the client has closed the connection, or been answered. */
  gone(): AbortSignal;
  readonly by: Requester;
}

/** Any answer but a refusal; a refusal is a DomainError thrown. */
export type Reply<Id extends OperationId> = {
  [Status in SuccessStatus & keyof operations[Id]['responses']]: ReplyOf<Status, operations[Id]['responses'][Status]>;
}[SuccessStatus & keyof operations[Id]['responses']];

/** What the server makes of any handler's reply. */
export interface AnyReply {
  readonly status: SuccessStatus;
  readonly json?: unknown;
  /** Spaces; one line when not given. */
  readonly indent?: number;
  /** In place of `json`, where many requests are answered with the same. */
  readonly jsonText?: JsonText<unknown>;
  /** Of a text that is too large to be made, or sent, at once. */
  readonly pieces?: AsyncIterable<string>;
  /** Server-Sent Events, as long as they come. */
  readonly stream?: AsyncIterable<string>;
  readonly text?: string;
  readonly contentType?: string;
  readonly file?: FileReply;
  readonly location?: string;
  readonly isPending?: true;
  /** Of pending work, for people. */
  readonly progress?: string;
}

export interface FileReply {
  readonly name: string;
  readonly sizeBytes: number;
  readonly pieces: AsyncIterable<Uint8Array>;
}

type SuccessStatus = 200 | 201 | 202 | 204 | 303;

type ReplyOf<Status, Response> = Response extends { readonly content: { readonly 'application/json': infer Json } }
  ?
      | { readonly status: Status; readonly json: Json; readonly indent?: number }
      | { readonly status: Status; readonly jsonText: JsonText<Json> }
      | { readonly status: Status; readonly pieces: AsyncIterable<string> }
  : Response extends { readonly content: { readonly 'text/event-stream': unknown } }
    ? { readonly status: Status; readonly stream: AsyncIterable<string> }
    : Response extends { readonly content: { readonly 'text/plain': infer Text } }
      ?
          | { readonly status: Status; readonly text: Text; readonly contentType?: string }
          | { readonly status: Status; readonly pieces: AsyncIterable<string>; readonly contentType: string }
      : Response extends { readonly content: { readonly 'application/octet-stream': unknown } }
        ? { readonly status: Status; readonly file: FileReply }
        : Response extends { readonly headers: { readonly Location: string } }
          ? { readonly status: Status; readonly location: string }
          : Response extends { readonly headers: { readonly 'X-Pending': string } }
            ? { readonly status: Status; readonly isPending: true; readonly progress?: string }
            : { readonly status: Status };

type BodyOf<Operation> = Operation extends {
  readonly requestBody: { readonly content: { readonly 'application/json': infer Body } };
}
  ? Body
  : Operation extends { readonly requestBody?: { readonly content: { readonly 'application/json': infer Body } } }
    ? Body | undefined
    : undefined;
