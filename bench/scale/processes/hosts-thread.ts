import { parentPort, workerData } from 'node:worker_threads';
import { recordedPool } from '../../../src/app/recorded-pool.js';
import { type Command, TransportError } from '../../../src/executors/executor.js';
import { serveHosts } from '../../../src/executors/mock/remote/host-server.js';
import { SimulatedHosts } from '../../../src/executors/mock/simulated-hosts.js';
import { openStore } from '../../../src/store/open-store.js';

/** Simulated hosts as a database has them: for the parent's messages, or on a socket where one is named. */
const { file, socket } = workerData as { readonly file: string; readonly socket: string | null };
const store = await openStore({ file, readOnly: true });
const hosts = new SimulatedHosts({ mode: 'strict', deviceSizeGib: 500 });
hosts.seedFromRecords(await store.read(recordedPool));
await store.close();
if (socket !== null) await serveHosts(hosts, socket);

export interface Asked {
  readonly id: number;
  readonly host: string;
  readonly batch: readonly Command[];
}

parentPort?.on('message', ({ id, host, batch }: Asked) => {
  hosts.run(host, batch).then(
    (results) => parentPort?.postMessage({ id, results }),
    (error: Error) =>
      parentPort?.postMessage({
        id,
        error: error.message,
        mayHaveRun: error instanceof TransportError ? error.mayHaveRun : true,
      }),
  );
});
parentPort?.postMessage('ready');
