import { type Answer, refusals } from './answers.js';
import type { ExecSession } from './exec-session.js';

interface Kubelet {
  state: 'up' | 'down' | 'knows no pods' | 'without runtime';
  /** Resolves when it answers again. */
  answering: Promise<void>;
  wake: (() => void) | null;
}

/** The kubelets of all nodes, through which each exec goes. Programs outlive whatever happens to them. */
export class Kubelets {
  readonly #kubelets = new Map<string, Kubelet>();
  readonly #sessionsOn: (nodeName: string) => readonly ExecSession[];

  constructor(sessionsOn: (nodeName: string) => readonly ExecSession[]) {
    this.#sessionsOn = sessionsOn;
  }

  /** Its connections end without a word, new ones are refused. */
  kill(nodeName: string): void {
    this.#cut(nodeName, 'down');
  }

  /** It does not know its pods yet, until `start`. */
  beginStart(nodeName: string): void {
    this.#of(nodeName).state = 'knows no pods';
  }

  start(nodeName: string): void {
    this.#of(nodeName).state = 'up';
  }

  /** The container runtime under it dies, until `start`; containers live on. */
  killRuntime(nodeName: string): void {
    this.#cut(nodeName, 'without runtime');
  }

  /** It takes connections and says nothing, until `resume`. */
  hang(nodeName: string): void {
    const kubelet = this.#of(nodeName);
    if (kubelet.wake) return;
    kubelet.answering = new Promise((resolve) => {
      kubelet.wake = resolve;
    });
    for (const session of this.#sessionsOn(nodeName)) session.hold();
  }

  resume(nodeName: string): void {
    const kubelet = this.#of(nodeName);
    kubelet.wake?.();
    kubelet.wake = null;
    for (const session of this.#sessionsOn(nodeName)) session.resume();
  }

  resumeAll(): void {
    for (const nodeName of this.#kubelets.keys()) this.resume(nodeName);
  }

  /** Null: it takes the exec. Waits while it hangs. */
  async refusal(nodeName: string, address: string): Promise<Answer | null> {
    const kubelet = this.#of(nodeName);
    await kubelet.answering;
    if (kubelet.state === 'down') return refusals.kubeletDown(address);
    if (kubelet.state === 'knows no pods') return refusals.podUnknownToKubelet();
    return kubelet.state === 'without runtime' ? refusals.runtimeDown() : null;
  }

  #cut(nodeName: string, state: Kubelet['state']): void {
    this.#of(nodeName).state = state;
    for (const session of this.#sessionsOn(nodeName)) session.cut();
  }

  #of(nodeName: string): Kubelet {
    const kubelet = this.#kubelets.get(nodeName) ?? { state: 'up', answering: Promise.resolve(), wake: null };
    this.#kubelets.set(nodeName, kubelet);
    return kubelet;
  }
}
