/** How a shell on a host is used, however it is reached. */
export interface ShellOptions {
  /** As whom commands run there, for what people are told. */
  readonly user: string;
  /** Every command is run through `sudo -n`. */
  readonly useSudo: boolean;
  /** Null: hosts are only read, until `takeOver`. */
  readonly identity: ServerIdentity | null;
  readonly log: ShellLog;
  readonly limits?: Partial<ShellLimits>;
}

/** Who this server is to its hosts, over all its starts. */
export interface ServerIdentity {
  readonly serverId: string;
  /** Grows with every start. */
  readonly generation: number;
}

export interface ShellLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
}

export interface ShellLimits {
  /** How long commands wait for their turn on a host, connecting included. */
  readonly queueMs: number;
  /** From the request for a channel to the first word of the script. */
  readonly beginMs: number;
  /** Beyond a command's own limit, which the host keeps itself: for its answer to arrive. */
  readonly graceMs: number;
  /** How long a command that went over its time may take to end by itself before it is killed. */
  readonly termGraceMs: number;
  /** How long a script waits for somebody to read what it says before it ends. */
  readonly unreadMs: number;
  /** Per command, stdout and stderr each. */
  readonly outputBytes: number;
  /** How long `awaitLeftovers` waits in all, and for how long at a time: a host that is gone is noticed in between. */
  readonly leftoversMs: number;
  readonly leftoversWaitSeconds: number;
}

export const SHELL_LIMITS: ShellLimits = {
  queueMs: 1_800_000,
  beginMs: 60_000,
  graceMs: 30_000,
  termGraceMs: 10_000,
  unreadMs: 60_000,
  outputBytes: 16 * 1024 * 1024,
  leftoversMs: 900_000,
  leftoversWaitSeconds: 30,
};
