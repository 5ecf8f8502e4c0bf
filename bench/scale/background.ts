import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BackgroundJob, Outcome } from './processes/background-jobs.js';
import type { Figures } from './row.js';
import { TurnProbe } from './turn-probe.js';

const PROGRAM = fileURLToPath(new URL('./processes/background.ts', import.meta.url));

/** Runs the job in a process that answers `/hello` meanwhile, with simulated hosts in a thread of their own. */
export async function runInBackground(file: string, job: BackgroundJob): Promise<Figures> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, file, job], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const next = async <T>(): Promise<T> => {
    const [message] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error(`${job} ended without a result`))),
    ])) as [T];
    return message;
  };
  try {
    const { port } = await next<{ port: number }>();
    const probe = await TurnProbe.start(`http://127.0.0.1:${port}`, child.pid ?? 0);
    child.send('go');
    const outcome = await next<Outcome>();
    const { turnMs } = await probe.stop();
    return { ...outcome, turnMs };
  } finally {
    child.kill();
  }
}
