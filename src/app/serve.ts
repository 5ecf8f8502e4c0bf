import type { OfflineOptions, ServeOptions } from '../config/command-line-options.js';
import { ConfigError } from '../config/config-error.js';
import { loadConfig } from '../config/load-config.js';
import type { ServerHooks } from './run-server.js';
import { readTlsFiles } from './tls-files.js';

/** `heketi --config=FILE`: answers the exit code once the server has ended. */
export async function serve({ configFile, disableAuth }: ServeOptions, hooks: ServerHooks = {}): Promise<number> {
  const { config, warnings } = loadConfig({ file: configFile, env: process.env, flags: { disableAuth } });
  const tls = readTlsFiles(config.tls);
  const { runServer } = await import('./run-server.js');
  return runServer(config, tls, warnings, hooks);
}

/** Finishes or undoes all pending operations while no server runs; what can't be now is told, and no failure. */
export async function cleanUpOffline({ configFile }: OfflineOptions, print: (text: string) => void): Promise<number> {
  const flags = { disableAuth: false, isOffline: true };
  const { config, warnings } = loadConfig({ file: configFile, env: process.env, flags });
  if (config.dbReadOnly)
    throw new ConfigError(
      'glusterfs.db_read_only is set: nothing can be cleaned up in a database that must not change',
    );
  const { recoverOnce } = await import('./run-server.js');
  const { before, after } = await recoverOnce(config, warnings);
  print(`${before - after} of ${before} pending operations were finished or undone\n`);
  return 0;
}
