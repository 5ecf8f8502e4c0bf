import type { Runtime } from './container.js';
import { isSet, lastOf, type RequestUrl } from './request-url.js';

/** What is asked for: a program in a container, and which of its streams. */
export interface ExecTarget extends ExecRequest {
  readonly nodeName: string;
  readonly pod: string;
  readonly container: string;
  readonly runtime: Runtime;
}

export interface ExecRequest {
  readonly argv: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** Terminals are not modelled: nobody reads `tty`. */
export function readExec(query: RequestUrl['query']): ExecRequest & { readonly container: string } {
  return {
    container: lastOf(query, 'container'),
    argv: query.get('command') ?? [],
    stdin: isSet(query, 'stdin'),
    stdout: isSet(query, 'stdout'),
    stderr: isSet(query, 'stderr'),
  };
}
