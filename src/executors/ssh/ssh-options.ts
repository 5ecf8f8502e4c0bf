import type { HostKeyCheck } from './host-key-check.js';
import type { PrivateKey } from './private-key.js';

/** How hosts are reached. */
export interface SshOptions {
  readonly user: string;
  readonly port: number;
  readonly key: PrivateKey;
  readonly hostKeys: HostKeyCheck;
  /** Channels at a time on one host: below the MaxSessions of its sshd. */
  readonly maxSessions: number;
  readonly log: SshLog;
  readonly limits?: Partial<SshLimits>;
}

export interface SshLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
}

export interface SshLimits {
  /** TCP connect, host key, authentication: all of it. */
  readonly connectMs: number;
  /** A silent connection is asked for a sign of life this often, and given up when three remain unanswered. */
  readonly keepaliveMs: number;
  /** A connection without work is closed after this time. */
  readonly idleMs: number;
  /** Longest pause between two tries to reach a host. */
  readonly maxPauseMs: number;
}

export const SSH_LIMITS: SshLimits = {
  connectMs: 15_000,
  keepaliveMs: 15_000,
  idleMs: 300_000,
  maxPauseMs: 2_000,
};
