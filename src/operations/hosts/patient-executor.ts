import { answerTo, type Command, type CommandResult, type Executor, TransportError } from '../../executors/executor.js';
import { failsWith, lockedVolume } from '../../executors/failures/failures.js';
import type { GlusterTurn } from './gluster-lock.js';

/**
 * Runs batches of gluster commands to their end though glusterd refuses some because of another transaction. A
 * refused command did nothing, so the batch goes on with it, and what came before is not done twice.
 */
export class PatientExecutor implements Executor {
  readonly #inner: Executor;
  readonly #turn: GlusterTurn;

  constructor(inner: Executor, turn: GlusterTurn) {
    this.#inner = inner;
    this.#turn = turn;
  }

  async run(host: string, batch: readonly Command[], signal?: AbortSignal): Promise<readonly CommandResult[]> {
    let done: readonly CommandResult[] = [];
    for (;;) {
      const results = [...done, ...(await this.#rest(host, batch, done.length, signal))];
      const answers = results.flatMap((result, i) => (batch[i] ? [answerTo(batch[i], result)] : []));
      const refused = answers.findIndex((answer) => failsWith(answer, 'another transaction in progress'));
      const refusal = answers[refused];
      // Where a later command succeeded all the same, the batch as a whole has had its effect.
      if (!refusal || results.slice(refused).some(({ exitCode }) => exitCode === 0)) return results;
      if (!(await this.#turn.waitAfter(lockedVolume(refusal)))) return results;
      done = results.slice(0, refused);
    }
  }

  async #rest(
    host: string,
    batch: readonly Command[],
    from: number,
    signal: AbortSignal | undefined,
  ): Promise<readonly CommandResult[]> {
    try {
      return await this.#inner.run(host, batch.slice(from), signal);
    } catch (error) {
      if (from === 0 || !(error instanceof TransportError) || error.mayHaveRun) throw error;
      // Part of the batch has run: nobody may begin it anew on another host.
      throw new TransportError(host, error.message, true, { cause: error });
    }
  }

  awaitLeftovers(host: string): Promise<void> {
    return this.#inner.awaitLeftovers(host);
  }

  async close(): Promise<void> {}
}
