import { parentPort, workerData } from 'node:worker_threads';
import { inspectDatabaseBytes } from './inspect-database.js';

/* A thread of its own; see inspect-aside.ts. Posts what is wrong with the database, or null. */

let fault: string | null = null;
try {
  inspectDatabaseBytes(Buffer.from(workerData as Uint8Array));
} catch (error) {
  fault = (error as Error).message;
}
parentPort?.postMessage(fault);
