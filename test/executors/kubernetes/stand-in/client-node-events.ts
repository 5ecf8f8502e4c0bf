import { Writable } from 'node:stream';
import { Exec, KubeConfig, type V1Status } from '@kubernetes/client-node';
import { readExec } from '../../../support/kubernetes-server/exec-target.js';
import { parseRequestUrl } from '../../../support/kubernetes-server/request-url.js';

type Event = readonly [string, unknown?];

/** What `Exec` of client-node reports for this path, until the connection is closed, or was not made. */
export async function clientNodeEvents(serverUrl: string, path: string, token: string): Promise<readonly Event[]> {
  const url = parseRequestUrl(path);
  const { container, argv, stdout, stderr } = readExec(url.query);
  const [, , , namespace = '', , pod = ''] = url.path;
  const events: Event[] = [];
  const stream = (name: string) => new EndedWritable(() => events.push([`${name} stream ended`]));
  const onStatus = (status: V1Status) => events.push(['statusCallback', status]);
  const [out, err] = [stdout ? stream('stdout') : null, stderr ? stream('stderr') : null];
  try {
    const exec = new Exec(configFor(serverUrl, token));
    const socket = await exec.exec(namespace, pod, container, [...argv], out, err, null, false, onStatus);
    events.push(['exec() resolved', { protocol: socket.protocol }]);
    const closed = await new Promise<{ readonly code: number; readonly reason: string }>((resolve) => {
      socket.onclose = resolve;
    });
    events.push(['ws close', { code: closed.code, reason: closed.reason }]);
  } catch (error) {
    events.push(['exec() rejected', shownError(error)]);
  }
  return events;
}

/** Tells of its end when it is ended, not when that has sunk in. */
class EndedWritable extends Writable {
  constructor(onEnd: () => void) {
    super({ write: (_chunk, _encoding, done) => done() });
    const end = this.end.bind(this) as () => this;
    this.end = () => {
      onEnd();
      return end();
    };
  }
}

function configFor(serverUrl: string, token: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'stand-in', server: serverUrl, skipTLSVerify: true }, { name: 'user', token });
  return config;
}

/** A refused upgrade rejects with an event, not with an error. */
function shownError(error: unknown): object {
  const { type, message, error: cause } = error as { readonly type: string; readonly message: string; error: Error };
  const isError = error instanceof Error;
  const ctor = (error as object).constructor.name;
  return { ctor, isError, type, message, error: { ctor: cause.constructor.name, message: cause.message } };
}
