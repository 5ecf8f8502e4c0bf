import type { Logger } from '../logger.js';
import { HostCommandError, type NodeHost } from './host.js';

/** Where the processes of mounts live, and what a command is put behind to start them there. */
export interface MountLife {
  readonly where: 'host' | 'container';
  readonly prefix: readonly string[];
}

/** Into the namespaces of the machine's first process; its PIDs have to be ours (hostPID). */
const ON_HOST = ['nsenter', '--target', '1', '--mount', '--uts', '--ipc', '--net', '--'];
/** A scope of the machine's systemd: what runs in it is not of our container, and stays when that goes. */
const OWN_SCOPE = ['systemd-run', '--scope', '--collect', '--quiet', '--'];
/** As mounts are started: an old systemd, or a first process that is none, refuses. */
const PROBE = [...ON_HOST, ...OWN_SCOPE, 'test', '-x', '/sbin/mount.glusterfs'];
const PROBE_MS = 10_000;

/**
 * `auto`: on the host where it has systemd and gluster's client, otherwise in the container, which is said. `host` throws
 * where that can't be; both throw where the host does not answer.
 */
export async function chooseMountLife(
  wanted: 'auto' | 'host' | 'container',
  host: NodeHost,
  log: Logger,
): Promise<MountLife> {
  if (wanted === 'container') return inContainer('the driver was started with --mounts container', log);
  try {
    await host.run(PROBE, PROBE_MS);
  } catch (error) {
    const reason = (error as Error).message;
    // A host that is slow, as while it boots, is no host without: mounts in the container would stay there until it ends.
    const isKnown = !(error instanceof HostCommandError && error.exitCode === null);
    if (wanted === 'auto' && isKnown) return inContainer(reason, log);
    throw new Error(
      `--mounts ${wanted}: the host can't start mounts: ${reason}; it needs systemd and gluster's client, and the pod hostPID and privileges`,
    );
  }
  log.info({}, 'mounts live on the host and outlive this program');
  return { where: 'host', prefix: [...ON_HOST, ...OWN_SCOPE] };
}

function inContainer(reason: string, log: Logger): MountLife {
  log.warn({ reason }, 'mounts live in this container: they end when it ends, and pods lose their volumes then');
  return { where: 'container', prefix: [] };
}
