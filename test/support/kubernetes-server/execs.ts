import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { type Answer, rawAnswer, refusals } from './answers.js';
import type { ClusterPods } from './cluster-pods.js';
import type { ExecFault } from './exec-faults.js';
import { chooseProtocol, type ExecProtocol } from './exec-protocol.js';
import { ExecSession } from './exec-session.js';
import { type ExecTarget, readExec } from './exec-target.js';
import { Kubelets } from './kubelets.js';
import type { Pod } from './pod.js';
import type { RequestUrl } from './request-url.js';

/** An exec that was asked for, refused or not. */
export interface AskedExec {
  readonly pod: string;
  readonly nodeName: string;
  readonly argv: readonly string[];
}

export class Execs {
  /** Each exec of a pod that is known, in order. */
  readonly asked: AskedExec[] = [];
  readonly kubelets: Kubelets;
  /** Output goes over in pieces of at most this size. */
  pieceBytes = Number.POSITIVE_INFINITY;
  /** Asked of each exec; null: nothing goes wrong. */
  faultOf: (exec: AskedExec) => ExecFault | null = () => null;
  /** Told when a program runs. */
  onStart: (exec: AskedExec) => void = () => undefined;
  /** The most programs that ran in one pod at a time. */
  mostAtOnce = 0;
  readonly #pods: ClusterPods;
  readonly #sessions = new Set<ExecSession>();
  readonly #webSockets = new WebSocketServer({ noServer: true, autoPong: false, handleProtocols: () => false });
  /** The sub-protocol that is named in the answer; also where none was offered. */
  readonly #named = new WeakMap<IncomingMessage, string>();
  /** Null: on any node. */
  readonly #faults: { readonly nodeName: string | null; readonly fault: ExecFault }[] = [];

  constructor(pods: ClusterPods) {
    this.#pods = pods;
    this.#webSockets.on('headers', (headers, request) => {
      headers.push(`Sec-WebSocket-Protocol: ${this.#named.get(request) ?? ''}`);
    });
    this.kubelets = new Kubelets((nodeName) => this.#on(nodeName));
  }

  /** The next execs meet these, one each. */
  fail(...faults: readonly ExecFault[]): void {
    this.#faults.push(...faults.map((fault) => ({ nodeName: null, fault })));
  }

  /** Faults that no exec has met yet. */
  get faultsAhead(): number {
    return this.#faults.length;
  }

  /** The next one on this node does. */
  failOn(nodeName: string, fault: ExecFault): void {
    this.#faults.push({ nodeName, fault });
  }

  /** The links of all that runs. */
  cut(): void {
    for (const session of this.#sessions) session.cut();
  }

  hold(): void {
    for (const session of this.#sessions) session.hold();
  }

  resume(): void {
    for (const session of this.#sessions) session.resume();
  }

  destroy(): void {
    for (const session of this.#sessions) session.destroy();
  }

  /** An exec that is allowed; without an upgrade where there is no socket to take over. */
  async answer(namespace: string, name: string, url: RequestUrl): Promise<Answer> {
    const found = await this.#find(namespace, name, url);
    return 'code' in found ? found : refusals.upgradeRequired();
  }

  async upgrade(
    request: IncomingMessage,
    connection: { readonly socket: Duplex; readonly head: Buffer },
    [namespace, name, url]: readonly [string, string, RequestUrl],
  ): Promise<void> {
    const found = await this.#find(namespace, name, url);
    const refused = 'code' in found ? found : handshakeRefusal(request);
    if (refused) return refuse(connection.socket, refused);
    if ('code' in found) return;
    const asked = { pod: found.pod, nodeName: found.nodeName, argv: found.argv };
    this.asked.push(asked);
    const fault = this.#takeFault(asked.nodeName) ?? this.faultOf(asked);
    if (fault?.kind === 'never answered') return;
    if (fault?.kind === 'refused') return refuse(connection.socket, fault.answer);
    const protocol = chooseProtocol(request.headers['sec-websocket-protocol']);
    if (!protocol) return refuse(connection.socket, refusals.noSubprotocol());
    this.#accept(request, connection, { target: found, asked, fault, protocol });
  }

  #accept(
    request: IncomingMessage,
    { socket, head }: { readonly socket: Duplex; readonly head: Buffer },
    { target, asked, fault, protocol }: Accepted,
  ): void {
    this.#named.set(request, fault?.kind === 'protocol' ? fault.name : protocol.name);
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const session = new ExecSession(target, { webSocket, socket, protocol }, fault, this.pieceBytes);
      this.#sessions.add(session);
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#on(target.nodeName).length);
      void session.run(() => this.onStart(asked)).finally(() => this.#sessions.delete(session));
    });
  }

  async #find(namespace: string, name: string, url: RequestUrl): Promise<Answer | ExecTarget> {
    const pod = this.#pods.find(namespace, name);
    if (!pod) return refusals.notFound('pods', name);
    const exec = readExec(url.query);
    const { containerNames, nodeName, address } = pod.identity;
    const container = exec.container || (containerNames.length === 1 ? (containerNames[0] ?? '') : '');
    const refusal = containerRefusal(pod, container) ?? (await this.kubelets.refusal(nodeName, address));
    if (refusal) return refusal;
    const runtime = this.#pods.runtimeOf(pod, container);
    if (!runtime) return refusals.containerNotFound(container);
    if (!exec.stdin && !exec.stdout && !exec.stderr) return refusals.noStream();
    return { ...exec, container, pod: name, nodeName, runtime };
  }

  #takeFault(nodeName: string): ExecFault | null {
    const at = this.#faults.findIndex((one) => one.nodeName === null || one.nodeName === nodeName);
    return at < 0 ? null : (this.#faults.splice(at, 1)[0]?.fault ?? null);
  }

  #on(nodeName: string): readonly ExecSession[] {
    return [...this.#sessions].filter(({ target }) => target.nodeName === nodeName);
  }
}

interface Accepted {
  readonly target: ExecTarget;
  readonly asked: AskedExec;
  readonly fault: ExecFault | null;
  readonly protocol: ExecProtocol;
}

function containerRefusal(pod: Pod, container: string): Answer | null {
  const { name, containerNames } = pod.identity;
  if (container === '') return refusals.containerUnnamed(name, containerNames);
  if (!containerNames.includes(container)) return refusals.containerUnknown(container, name);
  return pod.isScheduled ? null : refusals.notScheduled(name);
}

function handshakeRefusal({ method, headers }: IncomingMessage): Answer | null {
  if (method !== 'GET') return refusals.badMethod();
  return headers['sec-websocket-version'] === '13' ? null : refusals.badVersion();
}

function refuse(socket: Duplex, answer: Answer): void {
  socket.end(rawAnswer(answer));
}
