import type { Wait } from '../../client/client.js';
import { lines } from './text.js';

/** What a person has to know who ends the client while the server may be at work; nothing when it is not. */
export function describeInterruption(wait: Wait | null): string {
  if (wait === null) return '';
  switch (wait.stage) {
    case 'queued':
      return lines(
        '',
        `Interrupted; the server goes on: ${wait.what}.`,
        `To wait for the result: heketi-cli server operations wait ${wait.queueId}`,
      );
    case 'busy':
      return lines('', 'Interrupted; the server has not accepted the request, and nothing has been changed by it.');
    case 'asking':
      return lines(
        '',
        `Interrupted before the server answered: ${wait.what}. It may have begun: look at the resource before repeating it.`,
      );
  }
}
