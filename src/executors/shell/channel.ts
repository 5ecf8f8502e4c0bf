/**
 * How the shell protocol reaches hosts. A provider opens channels; what goes over them, and what their answers mean, is
 * the protocol's. Two kinds of hosts are thought of: machines (SSH), and containers behind a node's name (exec in pods).
 */

/** A program to be run on a host. */
export interface ChannelRequest {
  /**
   * The program and its arguments, which reach it as they are. It can't count on variables, directory or terminal. They
   * may hold a password: neither they nor what repeats them may be logged.
   */
  readonly argv: readonly string[];
  /**
   * Written to its stdin; null: nothing. Not every transport can end a stdin, so the program has to see by itself where
   * its input is complete.
   */
  readonly input: string | null;
  /** Its turn comes before that of the requests which wait for the host already. */
  readonly goesFirst: boolean;
}

/**
 * How a channel ended. A provider says what it knows and guesses nothing; a lost connection, a deadline of its own, an
 * answer that did not come are `unknown`.
 */
export type ChannelEnd =
  /**
   * The program itself ended, with this code, and all it wrote has been handed over before. Not said when what it ran
   * in was ended (a container that was replaced shows 137, as a killed program does), and not for a program that was
   * never started.
   */
  | { readonly kind: 'exited'; readonly exitCode: number }
  /**
   * Nothing was started, and nothing will be: it is safe to ask again. `error` is what callers are told, a
   * TransportError of which `mayHaveRun` is false.
   */
  | { readonly kind: 'unborn'; readonly error: Error }
  /** The program may not have begun, may still run, may begin later, or has ended with any code. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** Whoever asked for a channel. Nothing is told from within `open`, but for `onRequested`. */
export interface ChannelListener {
  /** It is its turn: the request goes over, and from now on the program may run. */
  onRequested(): void;
  /** The host has refused the request for now and started nothing: it waits for its turn again. */
  onPutBack(): void;
  /** What the program writes, cut anywhere. The order between the two streams is not kept. */
  onStdout(chunk: Buffer): void;
  onStderr(chunk: Buffer): void;
  /** Once, and last. */
  onEnd(end: ChannelEnd): void;
}

export interface Channel {
  /**
   * Names what the program runs in: the machine, or one life of a container. Known when the program first writes; null
   * while it is not.
   */
  readonly place: string | null;
  /**
   * Nobody waits for this program any more. True: the request has not gone over and never will, and no end is told.
   * False: that ends nothing on the host, the program may run on or begin even now.
   */
  giveUp(): boolean;
}

/** Opens channels on hosts: as many at a time as each host takes, the other requests wait in order. */
export interface ChannelProvider {
  open(host: string, request: ChannelRequest, listener: ChannelListener): Channel;
  /**
   * The place in which channels of this host are opened now, told once it is certain that whatever ran in earlier
   * places of the host has ended. Throws TransportError while that, or the place, can't be known: a container that is
   * gone from the books may run on beside its successor.
   */
  placeOf(host: string): Promise<string>;
  /** See Executor. */
  checkName?(host: string): Promise<void>;
  /** What waits has the end `unborn`, what runs is left to its host and has the end `unknown`. */
  close(): void;
}
