import closeWithGrace from 'close-with-grace';
import type { Config } from '../config/config.js';
import { DomainError } from '../domain/errors.js';
import { createLogger } from '../logging/logger.js';
import { SteadyOutput } from '../logging/steady-output.js';
import { followAdminSignals } from './admin-signals.js';
import { type App, createApp } from './create-app.js';
import type { TlsTexts } from './tls-files.js';

/** Beyond the time that operations get: for requests, a last backup and the database. */
const CLOSING_LIMIT_MS = 8_000;

/** For what goes on around a server in its process. */
export interface ServerHooks {
  /** From now on the server itself ends at signals. */
  followsSignals?(): void;
  /** Requests are answered. `stop` ends the server as a signal does, and the process with this exit code. */
  listening?(port: number, stop: (exitCode: number) => void): void;
  /** It begins to end. */
  stopping?(): void;
}

/** Serves until a signal or a defect ends it. */
export async function runServer(
  config: Config,
  tls: TlsTexts | null,
  warnings: readonly string[],
  hooks: ServerHooks = {},
): Promise<number> {
  const stdout = new SteadyOutput(1);
  const stderr = new SteadyOutput(2);
  const logging = createLogger({
    level: config.logLevel,
    format: config.logFormat,
    secrets: [config.jwt.adminKey, config.jwt.userKey, config.postgres?.password ?? ''].filter(Boolean),
  });
  const { logger } = logging;
  for (const warning of warnings) logger.warn(warning);
  if (config.isAuthDisabled)
    stderr.write(
      'WARNING: authentication is off (--disable-auth): everybody who reaches the port may change everything\n',
    );

  const app = await createApp(config, logging, tls);
  followAdminSignals((state) => app.admin.set(state));
  const { ended, forget, stop } = closeOnSignals(app, config, logger, stdout, hooks);
  hooks.followsSignals?.();
  try {
    const port = await app.listen(config.httpPort);
    stdout.write(`Listening on port ${port}${tls ? ' with TLS enabled' : ''}\n`);
    hooks.listening?.(port, stop);
  } catch (error) {
    // It would end the process with 0 when nothing is left to do.
    forget();
    stderr.write(`ERROR: HTTP Server error: ${(error as Error).message}\n`);
    await app.close(0);
    return 1;
  }
  await ended;
  return 0;
}

function closeOnSignals(
  app: App,
  config: Config,
  logger: ReturnType<typeof createLogger>['logger'],
  stdout: SteadyOutput,
  hooks: ServerHooks,
): { readonly ended: Promise<void>; readonly forget: () => void; readonly stop: (exitCode: number) => void } {
  const drainMs = config.shutdownLimitSeconds * 1000;
  let forget = (): void => undefined;
  let close = (): void => undefined;
  let exitCode = 0;
  const ended = new Promise<void>((done) => {
    const options = { delay: drainMs + CLOSING_LIMIT_MS, logger: false as const, skip: ['SIGUSR2' as const] };
    const grace = closeWithGrace(options, async ({ err, signal }) => {
      if (err) logger.fatal({ err }, 'the server stops after a defect');
      else stdout.write('Shutting down...\n');
      logger.info({ signal }, 'shutting down');
      hooks.stopping?.();
      await app.close(drainMs);
      done();
      if (exitCode !== 0) process.exit(exitCode);
    });
    forget = grace.uninstall;
    close = () => void grace.close();
  });
  const stop = (code: number): void => {
    exitCode = code;
    close();
  };
  return { ended, forget, stop };
}

/** Leads out what is pending, without serving; answers how much was pending before and after. */
export async function recoverOnce(
  config: Config,
  warnings: readonly string[],
): Promise<{ readonly before: number; readonly after: number }> {
  const logging = createLogger({ level: config.logLevel, format: config.logFormat });
  for (const warning of warnings) logging.logger.warn(warning);
  const never = { isEnabled: false, startSeconds: 0, refreshSeconds: 0 };
  const nodeRepair = { ...config.nodeRepair, isEnabled: false };
  const deviceCheck = { ...config.deviceCheck, isEnabled: false };
  const noBackups = { backupToKubeSecret: false, backupDirectory: { ...config.backupDirectory, path: null } };
  const quiet = { ...config, ...noBackups, monitor: never, cleaner: never, nodeRepair, deviceCheck };
  const app = await createApp(quiet, logging, null);
  try {
    await app.working;
    if (app.restored.isHeld) throw new DomainError('unavailable', `nothing was cleaned up: ${app.restored.refusal}`);
    const before = await app.store.read((tx) => tx.operations.counts());
    await app.recover();
    const after = await app.store.read((tx) => tx.operations.counts());
    return { before: before.total, after: after.total };
  } finally {
    await app.close(0);
  }
}
