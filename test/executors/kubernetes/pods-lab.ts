import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { KubernetesChannels } from '../../../src/executors/kubernetes/kubernetes-channels.js';
import type {
  KubernetesLimits,
  KubernetesLog,
  KubernetesOptions,
} from '../../../src/executors/kubernetes/kubernetes-options.js';
import type { Channel, ChannelEnd } from '../../../src/executors/shell/channel.js';
import { ShellExecutor } from '../../../src/executors/shell/shell-executor.js';
import type { ShellLimits, ShellOptions } from '../../../src/executors/shell/shell-options.js';
import type { Cluster } from '../../../src/kubernetes/cluster.js';
import { KubernetesApi } from '../../../src/kubernetes/kubernetes-api.js';
import { KubernetesServer, type KubernetesServerOptions } from '../../support/kubernetes-server/kubernetes-server.js';
import type { LocalRuntime } from '../../support/kubernetes-server/local-runtime.js';

export const HOST = 'n1';
export const UNKNOWN = { name: 'TransportError', mayHaveRun: true };

export const SILENT_LOG: KubernetesLog = { debug: () => undefined, info: () => undefined, warn: () => undefined };
/** Short pauses, and no time for what may run beside a pod: its grace period, 2 s, is taken off again. */
const QUICK: Partial<KubernetesLimits & ShellLimits> = {
  retryMs: 1,
  maxPauseMs: 20,
  leastGraceMs: 0,
  overlapMs: -2000,
};

export type PodsOptions = Omit<Partial<KubernetesOptions & ShellOptions>, 'limits'> & {
  readonly limits?: Partial<KubernetesLimits & ShellLimits>;
  readonly cluster?: Partial<Cluster>;
};

/** A program that was run in a pod by a channel of its own. */
export interface Run {
  readonly channel: Channel;
  readonly end: Promise<ChannelEnd>;
  /** What it has written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
}

/** The gluster pods of a stand-in's nodes, and what reaches them. */
export class PodsLab {
  readonly server: KubernetesServer;
  readonly #closing: (() => unknown)[] = [];

  constructor(server: KubernetesServer) {
    this.server = server;
  }

  /** With a pod on `HOST`. */
  static async up(options: KubernetesServerOptions = {}): Promise<PodsLab> {
    const server = await KubernetesServer.up(options);
    server.pods.add(HOST);
    return new PodsLab(server);
  }

  /** The home of programs in the pod of now. */
  get home(): LocalRuntime {
    return this.server.pods.on(HOST).runtimeOf('glusterfs') as LocalRuntime;
  }

  /** Arguments of the execs that the pods were asked for. */
  get asked(): readonly (readonly string[])[] {
    return this.server.execs.asked.map(({ argv }) => argv);
  }

  channels({ cluster, ...overrides }: PodsOptions = {}): KubernetesChannels {
    const api = new KubernetesApi({
      server: new URL(this.server.url),
      namespace: 'default',
      source: 'the test',
      credentials: async () => credentials(this.server.token),
      ...cluster,
    });
    const channels = new KubernetesChannels({
      api,
      namespace: 'default',
      namedBy: 'node',
      maxPerPod: 8,
      maxConnections: 64,
      log: SILENT_LOG,
      ...overrides,
      limits: { ...QUICK, ...overrides.limits },
    });
    this.#closing.push(() => channels.close());
    return channels;
  }

  /** Another server, unless `identity` says otherwise. */
  executor(overrides: PodsOptions = {}): ShellExecutor {
    return new ShellExecutor(this.channels(overrides), {
      user: 'nobody',
      useSudo: false,
      identity: { serverId: randomUUID().replaceAll('-', ''), generation: 1 },
      log: SILENT_LOG,
      ...overrides,
      limits: { ...QUICK, ...overrides.limits },
    });
  }

  /** One program, without the protocol of scripts. */
  run(argv: readonly string[], options: PodsOptions & { readonly input?: string } = {}): Run {
    const output = { stdout: '', stderr: '' };
    let tell: (end: ChannelEnd) => void = () => undefined;
    const end = new Promise<ChannelEnd>((resolve) => {
      tell = resolve;
    });
    const channel = this.channels(options).open(
      HOST,
      { argv, input: options.input ?? null, goesFirst: false },
      {
        onRequested: () => undefined,
        onPutBack: () => undefined,
        onStdout: (chunk) => {
          output.stdout += chunk.toString();
        },
        onStderr: (chunk) => {
          output.stderr += chunk.toString();
        },
        onEnd: tell,
      },
    );
    return { channel, end, stdout: () => output.stdout, stderr: () => output.stderr };
  }

  async down(): Promise<void> {
    for (const close of this.#closing) close();
    await this.server.down();
  }
}

export function credentials(token: string) {
  return { headers: { Authorization: `Bearer ${token}` }, connection: {} };
}

/** Nothing was run, and this is what people are told. */
export function unborn(message: RegExp) {
  return { name: 'TransportError', mayHaveRun: false, message: expect.stringMatching(message) as string };
}
