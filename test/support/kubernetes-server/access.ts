import { randomBytes } from 'node:crypto';
import { type Answer, refusals, statusAnswer } from './answers.js';

/** How long after its end a token is still accepted, in seconds. */
const LEEWAY_SECONDS = 60;

export interface Account {
  readonly user: string;
  /** `verb resource` in a namespace, such as `get pods/exec`; `*` is everything everywhere. */
  readonly rights: readonly string[];
  /** Where the rights hold; null: everywhere. */
  readonly namespace: string | null;
}

/** What is to be done with what; a null namespace is the whole cluster. */
export interface Attempt {
  readonly verb: string;
  readonly resource: string;
  readonly namespace: string | null;
  readonly name: string;
}

/** Who may do what: a table of tokens. */
export class Access {
  readonly #accounts = new Map<string, Account & { readonly expiresAtMs: number }>();
  readonly #now: () => number;

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A new token; `lifeSeconds` from now it ends. */
  issue(account: Account, lifeSeconds = Number.POSITIVE_INFINITY): string {
    const token = randomBytes(32).toString('base64url');
    this.#accounts.set(token, { ...account, expiresAtMs: this.#now() + lifeSeconds * 1000 });
    return token;
  }

  revoke(token: string): void {
    this.#accounts.delete(token);
  }

  /** Null: allowed. */
  refusal(authorization: string | undefined, attempt: Attempt): Answer | null {
    const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
    const account = this.#accounts.get(token);
    if (!account || this.#now() >= account.expiresAtMs + LEEWAY_SECONDS * 1000) return refusals.unauthorized();
    const { rights, namespace } = account;
    const isThere = namespace === null || namespace === attempt.namespace;
    if (isThere && (rights.includes('*') || rights.includes(`${attempt.verb} ${attempt.resource}`))) return null;
    return forbidden(account.user, attempt);
  }
}

function forbidden(user: string, { verb, resource, namespace, name }: Attempt): Answer {
  const kind = resource.split('/')[0] ?? '';
  const subject = name === '' ? kind : `${kind} "${name}"`;
  const where = namespace === null ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return statusAnswer(
    403,
    'Forbidden',
    `${subject} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "" ${where}`,
    { ...(name !== '' && { name }), kind },
  );
}
