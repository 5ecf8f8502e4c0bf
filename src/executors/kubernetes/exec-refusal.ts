import { parseStatus, type StatusObject } from '../../kubernetes/status-object.js';
import type { Pod } from './pod.js';

/** The answer to an upgrade that was not accepted. */
export interface RefusedUpgrade {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What follows from it. `why` is for people. */
export interface RefusalVerdict {
  /**
   * `refused`: nothing was started, and the same request would be refused again. `for now`: nothing was started, and it
   * may be soon, in this pod or in the one that follows it. `credentials`: they are to be read anew. `unknown`: the
   * request may have gone on to the node before the answer was made.
   */
  readonly kind: 'refused' | 'for now' | 'credentials' | 'unknown';
  readonly why: string;
}

const SHOWN_CHARACTERS = 300;

export function judgeRefusal(answer: RefusedUpgrade, pod: Pod, account: string): RefusalVerdict {
  const { status, body } = answer;
  const object = parseStatus(body);
  const said = (object?.message ?? body.trim()).slice(0, SHOWN_CHARACTERS) || 'no text';
  const refused = (why: string): RefusalVerdict => ({ kind: 'refused', why });
  const forNow = (why: string): RefusalVerdict => ({ kind: 'for now', why });
  switch (status) {
    case 401:
      return { kind: 'credentials', why: `the API server does not accept the credentials of ${account}: ${said}` };
    case 403:
      return refused(body.trim() === '' ? NOT_SPOKEN : `${said}; ${rightsOf(account)}`);
    case 404:
      if (object?.reason === 'NotFound') return forNow(`the pod ${pod.name} is gone: ${said}`);
      return forNow(`the kubelet of the node ${pod.nodeName} does not know the pod ${pod.name} yet: ${said}`);
    case 400:
      return forNow(`the API server refused: ${said}`);
    case 429:
      return forNow(`the API server is busy: ${said}`);
    case 431:
      return refused('the commands are too long for the API server: fewer of them may go into one request');
    case 500:
      return judgeServerError(said, object, answer, pod);
    case 503:
      if (object) return forNow(`the API server is not ready: ${said}`);
  }
  if (status < 500) return refused(`the API server refused the exec (${status}): ${said}`);
  return { kind: 'unknown', why: `something on the way to the pod answered ${status}: ${said}` };
}

const NOT_SPOKEN =
  'the API server refused the WebSocket without a word (403): it, or a proxy before it, does not speak v4.channel.k8s.io; ' +
  'this is not a matter of rights';

function rightsOf(account: string): string {
  return (
    `${account} needs the verbs get and create on pods/exec in that namespace (a WebSocket needs get): ` +
    'kubectl auth can-i get pods/exec --as=... shows whether it has them'
  );
}

/** Go's words for a connection that ended while its answer was awaited: what was asked may have been begun. */
const LINK_LOST = /(?:^|: )(?:unexpected EOF|EOF)$|(?:^|: )(?:read|write) (?:tcp|unix) /;

/**
 * Texts of the API server are JSON; plain text comes from the kubelet, which answers before it starts anything, unless
 * its own link to the runtime was lost. An error without a reason is one that the API server has met on the way.
 */
function judgeServerError(
  said: string,
  object: StatusObject | null,
  { contentType }: RefusedUpgrade,
  pod: Pod,
): RefusalVerdict {
  const node = `the node ${pod.nodeName}`;
  if (object && said.startsWith('error dialing backend: dial '))
    return {
      kind: 'refused',
      why: `the kubelet of ${node} can't be reached: is the node up, and does its kubelet run? (${said})`,
    };
  if (object && (said.startsWith('error dialing backend') || LINK_LOST.test(said)))
    return { kind: 'unknown', why: `the connection to the kubelet of ${node} was lost: ${said}` };
  if (object?.reason === 'InternalError') return { kind: 'for now', why: `the API server refused: ${said}` };
  if (object)
    return {
      kind: 'unknown',
      why: `the API server failed, perhaps after it had asked the kubelet of ${node}: ${said}`,
    };
  if (contentType.startsWith('text/plain')) {
    if (LINK_LOST.test(said))
      return { kind: 'unknown', why: `the connection to the container runtime of ${node} was lost: ${said}` };
    return {
      kind: 'for now',
      why: `${node} can't run commands in the pod ${pod.name}: ${said}; does its container runtime run?`,
    };
  }
  return { kind: 'unknown', why: `something on the way to the pod answered 500: ${said}` };
}
