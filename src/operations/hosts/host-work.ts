import pLimit, { type LimitFunction } from 'p-limit';
import type { Hosts } from '../../executors/commands/host/hosts.js';
import { TransportError } from '../../executors/executor.js';
import { GlusterLock, type Pacing, REAL_PACING } from './gluster-lock.js';
import { GlusterdFiles } from './glusterd-files.js';
import { PatientExecutor } from './patient-executor.js';

export interface HostWorkLimits {
  readonly bricksPerHost: number;
  readonly glusterChangesPerCluster: number;
}

/** One holds the lock of the volume group while the other makes or mounts its file system. */
const BRICKS_PER_DEVICE = 2;

/** How many changes may run at once on a host and in a cluster, and in which order. */
export class HostWork {
  readonly #limits: HostWorkLimits;
  readonly pacing: Pacing;
  readonly glusterdFiles = new GlusterdFiles();
  readonly #hosts = new Map<string, LimitFunction>();
  readonly #devices = new Map<string, LimitFunction>();
  readonly #clusters = new Map<string, GlusterLock>();
  readonly #volumes = new Map<string, LimitFunction>();

  constructor(limits: HostWorkLimits, pacing: Pacing = REAL_PACING) {
    this.#limits = limits;
    this.pacing = pacing;
  }

  /**
   * Brick work: bounded per host, so that one host's LVM does not get everything at once; and per device, since LVM
   * changes a volume group for one at a time: what would wait for it there does not take a place of the host here.
   */
  onHost<T>(host: string, device: string, work: () => Promise<T>): Promise<T> {
    const key = `${host}/${device}`;
    const ofDevice = limiter(this.#devices, key, BRICKS_PER_DEVICE);
    const done = ofDevice(() => limiter(this.#hosts, host, this.#limits.bricksPerHost)(work));
    return done.finally(() => {
      if (ofDevice.activeCount + ofDevice.pendingCount === 0) this.#devices.delete(key);
    });
  }

  /**
   * Mutating gluster commands of one volume: one at a time per volume (glusterd locks per volume since 3.6), a
   * bounded number per cluster, in the order of arrival. Commands that `work` runs on the hosts it is given wait
   * when glusterd answers that another transaction is in progress.
   */
  onVolume<T>(clusterId: string, volume: string, hosts: Hosts, work: (hosts: Hosts) => Promise<T>): Promise<T> {
    const key = `${clusterId}/${volume}`;
    const ofVolume = limiter(this.#volumes, key, 1);
    const turn = this.#lockOf(clusterId).turn(volume);
    const done = ofVolume(async () => {
      await turn.enter();
      try {
        return await work({ ...hosts, executor: new PatientExecutor(hosts.executor, turn) });
      } finally {
        turn.leave();
      }
    });
    return done.finally(() => {
      if (ofVolume.activeCount + ofVolume.pendingCount === 0) this.#volumes.delete(key);
    });
  }

  #lockOf(clusterId: string): GlusterLock {
    const known = this.#clusters.get(clusterId);
    if (known) return known;
    const lock = new GlusterLock(this.#limits.glusterChangesPerCluster, this.pacing);
    this.#clusters.set(clusterId, lock);
    return lock;
  }
}

function limiter(of: Map<string, LimitFunction>, key: string, concurrency: number): LimitFunction {
  let found = of.get(key);
  if (!found) {
    found = pLimit(concurrency);
    of.set(key, found);
  }
  return found;
}

/** Waits for all, then throws the first failure: nothing may still run when an undo begins. */
export async function allSettledOrThrow<T>(running: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(running);
  const failures = settled.filter((s) => s.status === 'rejected').map((s) => s.reason as unknown);
  // An unknown outcome must not hide behind a known one.
  const worst = failures.find((f) => f instanceof TransportError) ?? failures[0];
  if (failures.length > 0) throw worst;
  return settled.map((s) => (s as PromiseFulfilledResult<T>).value);
}
