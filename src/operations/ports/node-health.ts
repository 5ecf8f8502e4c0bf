import type { Id } from '../../domain/ids.js';

/** Which hosts answer, as the health monitor last saw them. */
export interface NodeHealth {
  /** False when glusterd on this host was last seen down; unknown counts as up. */
  isUp(manageName: string): boolean;
  /**
   * The hosts for which `isUp` is false: the same object while that does not change. Left out where somebody has to be asked
   * for each.
   */
  downHosts?(): ReadonlySet<string>;
  /**
   * Why devices take no new bricks; nothing is known against others. The same object while nothing of it changes. Left out
   * where nobody looks at devices.
   */
  deviceTroubles?(): ReadonlyMap<Id, string>;
  /** A command could not reach this host: it counts as down until a probe says otherwise. */
  reportDown(manageName: string): void;
  /** Calls back whenever a host that was down answers again, so that work waiting for it need not wait longer. */
  onUp(listener: (manageName: string) => void): void;
}
