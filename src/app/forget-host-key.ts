import { existsSync } from 'node:fs';
import type { ForgetHostKeyOptions } from '../config/command-line-options.js';
import { loadConfig } from '../config/load-config.js';
import { DomainError } from '../domain/errors.js';
import { forgetHostKey } from '../operations/topology/forget-host-key.js';
import { openStore } from '../store/open-store.js';
import { databaseFileOf } from './configured-file.js';

/** `heketi offline forget-host-key`: the host's key is learnt anew at the next connection. */
export async function forgetHostKeyOffline(
  { configFile, host }: ForgetHostKeyOptions,
  env: NodeJS.ProcessEnv,
  print: (text: string) => void,
): Promise<number> {
  const { config } = loadConfig({ file: configFile, env, flags: { disableAuth: true } });
  const dbFile = databaseFileOf(config);
  if (!existsSync(dbFile)) throw new DomainError('invalid', `there is no database ${dbFile}`);
  const store = await openStore({ file: dbFile });
  try {
    await forgetHostKey(store, host);
    print(`The key of ${host} is forgotten; the next connection takes the one it shows then.\n`);
    return 0;
  } finally {
    await store.close();
  }
}
