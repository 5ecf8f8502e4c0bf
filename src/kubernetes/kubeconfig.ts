import { delimiter } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { DomainError } from '../domain/errors.js';
import type { Cluster, ConnectionOptions, Credentials } from './cluster.js';
import { KubernetesError } from './kubernetes-error.js';

/** The files are read again after this time, as tokens in them or beside them may have been replaced. */
const FRESH_MS = 60_000;

/**
 * The current context of kubeconfig files, `:` between them as in $KUBECONFIG: for trying things out from outside a
 * cluster. Throws DomainError `invalid` when they can't be used.
 *
 * @kubernetes/client-node knows what all may stand in them (certificates, programs that make tokens, proxies). It is
 * loaded only here: it takes 0.4 s and 56 MiB.
 */
export async function clusterOfKubeconfig(files: string): Promise<Cluster> {
  let config = await load(files);
  let readAt = performance.now();
  const server = serverOf(config, files);
  return {
    server,
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? null,
    source: `the kubeconfig ${files}`,
    async credentials(areRefused = false) {
      if (areRefused || performance.now() - readAt > FRESH_MS) {
        config = await load(files);
        readAt = performance.now();
      }
      return credentialsOf(config, files, server);
    },
  };
}

async function load(files: string): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  try {
    const [first = '', ...others] = files.split(delimiter).filter((file) => file !== '');
    const config = new KubeConfig();
    config.loadFromFile(first);
    for (const file of others) {
      const other = new KubeConfig();
      other.loadFromFile(file);
      config.mergeConfig(other, true);
    }
    return config;
  } catch (cause) {
    throw unusable(files, (cause as Error).message, cause);
  }
}

function serverOf(config: KubeConfig, files: string): URL {
  const cluster = config.getCurrentCluster();
  if (!cluster) throw unusable(files, 'its current-context names no cluster; kubectl config use-context sets one');
  try {
    return new URL(cluster.server);
  } catch (cause) {
    throw unusable(files, `the server ${JSON.stringify(cluster.server)} is no URL`, cause);
  }
}

async function credentialsOf(config: KubeConfig, files: string, server: URL): Promise<Credentials> {
  // client-node refuses to make an agent for http unless the certificate is not to be looked at either.
  const cluster = config.getCurrentCluster();
  const isPlain = server.protocol === 'http:';
  const options: Parameters<KubeConfig['applyToHTTPSOptions']>[0] = {};
  try {
    if (isPlain && cluster) config.clusters = [{ ...cluster, skipTLSVerify: true }];
    await config.applyToHTTPSOptions(options);
  } catch (cause) {
    const why = (cause as Error).message;
    throw new KubernetesError('unauthorized', `no credentials from the kubeconfig ${files}: ${why}`, { status: null });
  }
  const { headers, auth, ca, cert, key, passphrase, servername, rejectUnauthorized } = options as RequestOptions;
  const agent = cluster?.proxyUrl ? (options.agent as ConnectionOptions['agent']) : undefined;
  const given = { ca, cert, key, passphrase, servername, rejectUnauthorized, agent };
  return {
    headers: { ...headers, ...(auth && { Authorization: `Basic ${Buffer.from(auth).toString('base64')}` }) },
    connection: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

/** What client-node fills in. */
interface RequestOptions extends ConnectionOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly auth?: string;
}

function unusable(files: string, why: string, cause?: unknown): DomainError {
  return new DomainError('invalid', `the kubeconfig ${files} can't be used: ${why}`, { cause });
}
