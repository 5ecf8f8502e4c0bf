import type { HostKeyCheck } from './host-key-check.js';
import type { PrivateKey } from './private-key.js';

/** How hosts are reached. */
export interface SshOptions {
  readonly user: string;
  readonly port: number;
  readonly key: PrivateKey;
  /** Every command is run through `sudo -n`. */
  readonly useSudo: boolean;
  readonly hostKeys: HostKeyCheck;
  /** Batches at a time on one host: below the MaxSessions of its sshd. */
  readonly maxSessions: number;
  /** Null: hosts are only read, until `takeOver`. */
  readonly identity: ServerIdentity | null;
  readonly log: SshLog;
  readonly limits?: Partial<SshLimits>;
}

/** Who this server is to its hosts, over all its starts. */
export interface ServerIdentity {
  readonly serverId: string;
  /** Grows with every start. */
  readonly generation: number;
}

export interface SshLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface SshLimits {
  /** TCP connect, host key, authentication: all of it. */
  readonly connectMs: number;
  /** How long commands wait for their turn on a host, connecting included. */
  readonly queueMs: number;
  /** From the request for a channel to the first word of the script. */
  readonly beginMs: number;
  /** Beyond a command's own limit, which the host keeps itself: for its answer to arrive. */
  readonly graceMs: number;
  /** How long a command that went over its time may take to end by itself before it is killed. */
  readonly termGraceMs: number;
  /** A silent connection is asked for a sign of life this often, and given up when three remain unanswered. */
  readonly keepaliveMs: number;
  /** A connection without work is closed after this time. */
  readonly idleMs: number;
  /** Longest pause between two tries to reach a host. */
  readonly maxPauseMs: number;
  /** Per command, stdout and stderr each. */
  readonly outputBytes: number;
  /** How long `awaitLeftovers` waits in all, and for how long at a time: a host that is gone is noticed in between. */
  readonly leftoversMs: number;
  readonly leftoversWaitSeconds: number;
}

export const SSH_LIMITS: SshLimits = {
  connectMs: 15_000,
  queueMs: 1_800_000,
  beginMs: 60_000,
  graceMs: 30_000,
  termGraceMs: 10_000,
  keepaliveMs: 15_000,
  idleMs: 300_000,
  maxPauseMs: 2_000,
  outputBytes: 16 * 1024 * 1024,
  leftoversMs: 900_000,
  leftoversWaitSeconds: 30,
};
