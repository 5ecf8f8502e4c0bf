import { connect as connectTcp, type Socket } from 'node:net';
import ssh2, { type Client, type ConnectConfig, type ServerHostKeyAlgorithm } from 'ssh2';
import { startTimer } from '../../timing/timers.js';
import { TransportError } from '../executor.js';
import { signatureAlgorithms } from './host-key-check.js';
import type { SshLimits, SshOptions } from './ssh-options.js';

const UNANSWERED_KEEPALIVES = 3;

const HOST_KEY_ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
];

/** An authenticated connection to a host. Every failure is a TransportError that says that nothing was run. */
export async function connect(host: string, options: SshOptions, limits: SshLimits): Promise<Client> {
  const known = await options.hostKeys.knownTypes(host, options.port);
  const client = new ssh2.Client();
  client.setMaxListeners(0); // one of every script that runs
  const socket = await connectSocket(host, options.port, limits.connectMs);
  let refusal: string | null = null;
  let shown: Buffer = Buffer.alloc(0);
  const failure = (error: Error & { level?: string }) => {
    if (refusal !== null) return unreachable(host, `${host} was refused: ${refusal}`, error);
    if (error.level === 'client-authentication')
      return unreachable(
        host,
        `${host} does not accept the key ${options.key.file} for the user ${options.user}; add its public half to ` +
          `~${options.user}/.ssh/authorized_keys there`,
        error,
      );
    return unreachable(host, `no SSH connection to ${hostAndPort(host, options.port)}: ${error.message}`, error);
  };
  const config: ConnectConfig = {
    sock: socket,
    username: options.user,
    privateKey: options.key.text,
    authHandler: ['publickey'],
    readyTimeout: limits.connectMs,
    keepaliveInterval: limits.keepaliveMs,
    keepaliveCountMax: UNANSWERED_KEEPALIVES,
    hostVerifier: (key: Buffer, verify: (isAccepted: boolean) => void) => {
      void options.hostKeys
        .refusal(host, options.port, key)
        .catch((error: Error) => `its host key can't be checked: ${error.message}`)
        .then((found) => {
          refusal = found;
          shown = key;
          verify(found === null);
        });
    },
    algorithms: { serverHostKey: knownFirst(known) },
  };
  return new Promise<Client>((resolve, reject) => {
    // Later calls change nothing: a broken connection is reported by `error` and then `close`, and users listen to that.
    const fail = (error: Error) => {
      reject(failure(error));
      client.destroy();
    };
    client.on('error', fail);
    client.once('close', () => fail(new Error('it was closed before it was ready')));
    // A key is kept only of a host that has let us in: what else answers at its address may be there for a moment.
    const admit = async () => {
      refusal = await options.hostKeys.admitted(host, options.port, shown);
      if (refusal === null) resolve(client);
      else fail(new Error('refused'));
    };
    client.once('ready', () => void admit().catch(fail));
    try {
      client.connect(config);
    } catch (error) {
      fail(error as Error);
    }
  });
}

/** A host has keys of several types; asked for another one than the known, it would look like another host. */
function knownFirst(types: readonly string[]): ServerHostKeyAlgorithm[] {
  const preferred = HOST_KEY_ALGORITHMS.filter((name) => types.flatMap(signatureAlgorithms).includes(name));
  return [...preferred, ...HOST_KEY_ALGORITHMS.filter((name) => !preferred.includes(name))];
}

function connectSocket(host: string, port: number, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 });
    const timer = startTimer(() => fail(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    const fail = (error: Error & { code?: string }) => {
      clearTimeout(timer);
      socket.destroy();
      const place = hostAndPort(host, port);
      const text =
        error.code === 'ECONNREFUSED'
          ? `${place} refuses connections: is sshd running there?`
          : error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN'
            ? `the host name ${host} is unknown`
            : `${place} can't be reached: ${error.message}`;
      reject(unreachable(host, text, error));
    };
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

function hostAndPort(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function unreachable(host: string, text: string, cause: Error): TransportError {
  return new TransportError(host, text, false, { cause });
}
