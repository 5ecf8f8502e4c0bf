import { expect } from 'vitest';
import type { CommandResult } from '../../../src/executors/executor.js';
import type { ExecFault } from '../../support/kubernetes-server/exec-faults.js';
import { FAULTS, type Fault, seeded } from '../crash/crash-servers.js';
import { itSettles } from '../crash/settling.js';
import { describeOverPods, type PodHosts } from './pod-hosts.js';

const random = seeded(20_262);
/** Within the time that a batch takes. */
const LONGEST_MS = 120;
const START_MS = 300;

/** The exec of the batch meets this. */
function meets(hosts: PodHosts, fault: ExecFault): Fault {
  return ({ host, run }) => {
    const { execs } = hosts.server;
    execs.failOn(host, fault);
    return run().finally(() => expect(execs.faultsAhead).toBe(0));
  };
}

/** Soon after the batch's program has begun, this happens on its host; its answer is heard when that is over. */
function whileItRuns(hosts: PodHosts, happen: (host: string) => Promise<void>): Fault {
  return async ({ host, run }): Promise<readonly CommandResult[]> => {
    const { execs } = hosts.server;
    const over = new Promise<void>((resolve, reject) => {
      execs.onStart = ({ nodeName }) => {
        if (nodeName !== host) return;
        execs.onStart = () => undefined;
        setTimeout(() => void happen(host).then(resolve, reject), random() * LONGEST_MS);
      };
    });
    const [outcome] = await Promise.allSettled([run(), over]);
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  };
}

/** The simulator finishes what its programs have begun, though they are killed; a pod takes longer to come again. */
function untilItComesAgain(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, START_MS));
}

describeOverPods('a request over pods', { nodes: 3, devices: 2 }, (hosts) => {
  const faults = {
    'die while': FAULTS['die while'],
    'link cut while it runs': meets(hosts, { kind: 'cut at start' }),
    'status lost': meets(hosts, { kind: 'cut before status' }),
    'pod replaced while it runs': whileItRuns(hosts, async (host) => {
      hosts.server.pods.forceDelete(host);
      await untilItComesAgain();
      hosts.server.pods.start(host);
    }),
  };
  const rarer = {
    'link cut before it starts': meets(hosts, { kind: 'cut before start' }),
    'container restarted while it runs': whileItRuns(hosts, async (host) => {
      hosts.server.pods.killContainers(host);
      await untilItComesAgain();
      hosts.server.pods.startContainers(host);
    }),
    'link lost while': FAULTS['link lost while'],
    'kubelet killed while it runs': whileItRuns(hosts, async (host) => {
      hosts.server.execs.kubelets.kill(host);
      await untilItComesAgain();
      hosts.server.execs.kubelets.start(host);
    }),
    'closed without a status': meets(hosts, { kind: 'closed before status' }),
  };
  itSettles(hosts, faults, rarer);
});
