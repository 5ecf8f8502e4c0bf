import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { createLogger } from '../logging/logger.js';
import { type CsiOptions, csiCommand } from './command-line.js';
import { startDriver } from './driver.js';
import type { Migration } from './migrate-pvs/options.js';

/** Put in place when the program is bundled. */
const VERSION = (globalThis as { MORTAR_VERSION?: string }).MORTAR_VERSION ?? '(dev)';

/** Calls that run when the program is to end get this time. */
const GRACE_MS = 20_000;

async function serve(options: CsiOptions): Promise<void> {
  const { controller, node, endpoint, driverName, nodeId, mounts, logDir } = options;
  const key =
    options.keyFile === undefined ? (process.env['HEKETI_CSI_KEY'] ?? '') : read(options.keyFile).replace(/\r?\n$/, '');
  const certificates = options.tlsCert.map(read);
  const { logger: log } = createLogger({ level: options.logLevel, format: 'json', secrets: key === '' ? [] : [key] });
  const driver = await startDriver(
    {
      hasController: controller,
      node: node ? { id: nodeId ?? hostname(), mounts, logDir } : null,
      endpoint,
      name: driverName,
      version: VERSION,
      servers: options.server.map((url) => ({ url, user: options.user, key, certificates })),
      isInKubernetes: options.kubernetes,
      env: process.env,
    },
    log,
  );
  process.stdout.write(`Listening on ${endpoint}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void driver.stop(GRACE_MS));
}

/** Its parts are loaded only here: a driver has no use for them. */
async function migrate(migration: Migration): Promise<void> {
  const { migrate: carryOut } = await import('./migrate-pvs/migrate.js');
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  if (!(await carryOut(migration, { env: process.env, say }))) process.exitCode = 1;
}

function read(file: string): string {
  return readFileSync(file, 'utf8');
}

try {
  await csiCommand(VERSION, { serve, migrate }).parseAsync();
} catch (error) {
  process.stderr.write(`Error: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
