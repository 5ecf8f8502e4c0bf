import type { Executor } from '../../executor.js';
import type { HostSettings } from './host-settings.js';

/** What every command module works with: a way to reach hosts, and how they are set up. */
export interface Hosts {
  readonly executor: Executor;
  readonly settings: HostSettings;
}
