import { resolve } from 'node:path';
import type { ContainerStartOptions } from '../../config/command-line-options.js';
import { loadConfig } from '../../config/load-config.js';
import { pause } from '../../timing/timers.js';
import { databaseFileOf } from '../configured-file.js';
import { isRefusal } from '../refusal.js';
import { ContainerLog } from './container-log.js';
import { containerSettings } from './container-settings.js';
import { endAtSignals } from './early-signals.js';
import { prepareDatabase } from './prepare-database.js';
import { serveContainer } from './serve-container.js';

/**
 * `heketi container-start`: the steps of Heketi's start script, in its order, and then the server in this process. Each
 * step may be cut off at any moment, by SIGKILL too, and is done again at the next start. Answers the exit code.
 */
export async function startContainer(
  { configFile }: ContainerStartOptions,
  version: string,
  print: (text: string) => void,
): Promise<number> {
  const warnings: string[] = [];
  const settings = containerSettings(process.env, configFile, warnings);
  const log = new ContainerLog(settings.dataFolder, print);
  const say = (text: string): void => log.say(text);
  const leaveSignals = endAtSignals((signal) => say(`${signal}: the start is given up`));
  try {
    // A configuration that can't work ends the start before anything is touched.
    const sources = { file: settings.configFile, env: process.env, flags: { disableAuth: false } };
    const { config } = loadConfig(sources);
    for (const warning of warnings) say(`WARNING: ${warning}`);
    const database = resolve(databaseFileOf(config));
    const lock = await prepareDatabase(database, settings, { say, pause });
    try {
      return await serveContainer({ database, config, settings, version, say, leaveSignals });
    } finally {
      lock.release();
    }
  } catch (error) {
    if (!isRefusal(error)) throw error;
    say(`ERROR: ${error.message}`);
    return 1;
  }
}
