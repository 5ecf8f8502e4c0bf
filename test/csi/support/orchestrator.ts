import type { CsiClient, Refusal } from './csi-client.js';

const PAUSE_MS = 20;
/** What may become right by itself; the others tell that asking again is of no use. */
const LATER = ['UNAVAILABLE', 'ABORTED'];
/** A server that failed at it has taken it back; orchestrators ask again all the same. */
const MOST_FAILURES = 5;

/** Asks again, as orchestrators do, until an answer is final. `client`: asked for each try, since drivers come and go. */
// biome-ignore lint/suspicious/noExplicitAny: answers are as the proto has them
export async function untilFinal(client: () => CsiClient, name: string, request: object): Promise<any> {
  for (let failures = 0; ; ) {
    try {
      return await client().call(name, request);
    } catch (error) {
      const { code } = error as Refusal;
      if (code === 'INTERNAL') failures++;
      if (failures > MOST_FAILURES || (code !== 'INTERNAL' && !LATER.includes(code))) throw error;
    }
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
}
