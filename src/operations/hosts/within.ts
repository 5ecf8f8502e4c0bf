import { TransportError } from '../../executors/executor.js';
import { startTimer } from '../../timing/timers.js';

/** Throws TransportError when the host takes longer; what it was asked is given up then. */
export async function within<T>(limitMs: number, host: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const cut = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_done, refuse) => {
    timer = startTimer(() => {
      cut.abort();
      refuse(new TransportError(host, `no answer from ${host} within ${limitMs / 1000} s`, true));
    }, limitMs).unref();
  });
  try {
    return await Promise.race([work(cut.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
