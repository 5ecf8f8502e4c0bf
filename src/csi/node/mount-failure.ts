import { CsiError } from '../rpc/csi-error.js';
import type { HostCommandError } from './host.js';
import type { MountedVolume } from './mounted-volume.js';

/**
 * What gluster's client says in its log when a host has answered that there is no such volume. "failed to fetch volume file"
 * follows, which it says as well when the host went away before it had answered.
 */
const NO_VOLUME = /failed to get the 'volume file' from server/;
const NO_HOST =
  /Exhausted all volfile servers|failed to connect with remote-host|DNS resolution failed|failed to fetch volume file/;
/** mount(8) where there is no mount.glusterfs. */
const NO_CLIENT = /unknown filesystem type/;
const NO_SUCH_PROGRAM = 127;

/** Why a volume was not mounted, by what mount(8) ended with, and what the client has `said` in its log. */
export function mountFailure(volume: MountedVolume, log: string, said: string, cause: HostCommandError): CsiError {
  if (cause.exitCode === NO_SUCH_PROGRAM || NO_CLIENT.test(cause.stderr)) {
    return new CsiError('FAILED_PRECONDITION', `${cause.message}: gluster's client is missing`, { cause });
  }
  return (
    refusalOf(volume, log, `${said}\n${cause.stderr}`) ??
    new CsiError('UNAVAILABLE', `volume ${volume.name} can't be mounted: ${cause.message}; ${log} tells more`, {
      cause,
    })
  );
}

/** Why nothing is mounted though mount(8) reported success: old clients end so, too, when they give up. */
export function missingMount(volume: MountedVolume, target: string, log: string, said: string): CsiError {
  return (
    refusalOf(volume, log, said) ??
    new CsiError(
      'INTERNAL',
      `mount reported success, and nothing is mounted at ${target}: is its folder shared with the host (mountPropagation: Bidirectional)? ${log} may tell more`,
    )
  );
}

/** Null: the client has said nothing that is known. */
function refusalOf({ name, hosts }: MountedVolume, log: string, said: string): CsiError | null {
  const asked = hosts.join(', ');
  if (NO_VOLUME.test(said)) {
    return new CsiError('NOT_FOUND', `gluster on ${asked} has no volume ${name}, or it is not started`);
  }
  if (!NO_HOST.test(said)) return null;
  return new CsiError('UNAVAILABLE', `volume ${name} can't be mounted: none of ${asked} answers; ${log} tells more`);
}
