import type { OperationId } from './handlers.js';

/** One operation of openapi.yaml, as the server needs it at run time. */
export interface Route {
  readonly operationId: OperationId;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `{id}` as its only possible parameter. */
  readonly path: string;
  /** Needs no token, whatever the admin state. */
  readonly isOpen: boolean;
  /** A question that is no GET, since it is asked with a body: let through where changes are refused. */
  readonly changesNothing?: true;
  /** What becomes of it while the server is held on a restored database; as where changes are refused when not given. */
  readonly whileHeld?: 'answered' | 'refused';
  /** A GET all the same. */
  readonly changesSomething?: true;
  /** Its answer goes on until one of both sides ends it. */
  readonly isStream?: true;
  readonly body?: RouteBody;
}

export interface RouteBody {
  /** A body that is not required is read only when there is one. */
  readonly isRequired: boolean;
  readonly parseErrorStatus: 400 | 422;
  readonly schema: BodySchema;
}

/** The JSON Schema of a request body, references resolved. */
export interface BodySchema {
  readonly type: 'object' | 'array' | 'string' | 'boolean' | 'integer' | 'number';
  readonly format?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, BodySchema>>;
  readonly additionalProperties?: BodySchema | false;
  readonly propertyNames?: { readonly type: 'string'; readonly pattern: string };
  readonly maxProperties?: number;
  readonly items?: BodySchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}
