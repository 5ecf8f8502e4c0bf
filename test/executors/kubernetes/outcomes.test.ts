import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusals } from '../../support/kubernetes-server/answers.js';
import { NotStartedError } from '../../support/kubernetes-server/container.js';
import { exitStatus } from '../../support/kubernetes-server/exec-answers.js';
import type { KubernetesServer } from '../../support/kubernetes-server/kubernetes-server.js';
import { until } from '../../support/simcluster.js';
import { command, touch, waitingCommand } from '../shell/shell-lab.js';
import { credentials, HOST, PodsLab, type PodsOptions, UNKNOWN, unborn } from './pods-lab.js';

let lab: PodsLab;
beforeEach(async () => {
  lab = await PodsLab.up();
});
afterEach(() => lab.down());

const TICKING = ['bash', '-c', 'echo tick; touch "$HOME/begun"; until [ -e "$HOME/go" ]; do sleep 0.02; done'];
const execs = (): KubernetesServer['execs'] => lab.server.execs;

describe('a program that ends', () => {
  it.each([0, 1, 2, 5, 124, 126, 127, 130, 139, 143, 255])(
    'with %i has that exit code, after its output',
    async (exitCode) => {
      const run = lab.run(['bash', '-c', `echo out; echo err >&2; exit ${exitCode}`]);
      expect(await run.end).toEqual({ kind: 'exited', exitCode });
      expect([run.stdout(), run.stderr()]).toEqual(['out\n', 'err\n']);
    },
  );

  it('has its own 137 when it was killed alone, since its container runs on', async () => {
    expect(await lab.run(['bash', '-c', 'kill -KILL $$']).end).toEqual({ kind: 'exited', exitCode: 137 });
  });

  it('is told by nothing but a Status', async () => {
    const status = (object: object) => ({ kind: 'status', object }) as const;
    for (const fault of [
      { kind: 'cut before status' },
      { kind: 'closed before status' },
      status({ status: 'Failure', reason: 'NonZeroExitCode', message: 'x' }),
      status({ status: 'Failure', reason: 'Timeout', message: 'x' }),
      status({ status: 'Perhaps' }),
      status(['no object']),
      { kind: 'protocol', name: 'channel.k8s.io' },
      { kind: 'protocol', name: '' },
    ] as const) {
      execs().fail(fault);
      expect([fault, await lab.run(['bash', '-c', 'echo out; exit 4']).end]).toEqual([
        fault,
        { kind: 'unknown', reason: expect.any(String) as string },
      ]);
    }
  });

  it('is not told when the Status never comes: silence is asked for a sign of life', async () => {
    execs().fail({ kind: 'no pongs' });
    const run = lab.run(TICKING, { limits: { pingMs: 20 } });
    expect(await run.end).toEqual({ kind: 'unknown', reason: 'nothing was heard from it for 0.06 s' });
  });

  it('shows no argument where its end is not understood', async () => {
    const argv = ['bash', '-c', 'exit 3 # secret'];
    execs().fail({ kind: 'status', object: { ...exitStatus(argv, 3).object, details: {} } });
    const end = await lab.run(argv).end;
    expect(JSON.stringify(end)).not.toContain('secret');
  });
});

describe('a program that is not started', () => {
  const refused = (answer: ReturnType<typeof refusals.pageNotFound>) => ({ kind: 'refused', answer }) as const;

  it('is said to be so, after further tries, where the runtime can not', async () => {
    const start = async () => {
      throw new NotStartedError('exec: "/bin/bash": no such file or directory');
    };
    const empty = await PodsLab.up({ makeRuntime: () => ({ start, kill: () => undefined, remove: () => undefined }) });
    await expect(empty.executor().run(HOST, [touch('made')])).rejects.toMatchObject(
      unborn(/nothing can be started in the pod .*no such file.*is \/bin\/bash there/),
    );
    expect(empty.asked).toHaveLength(4);
    await empty.down();
  });

  it.each([
    ['the kubelet knows no pods yet', refusals.podUnknownToKubelet()],
    ['the container is not found', refusals.containerNotFound('glusterfs')],
    ['the runtime is down', refusals.runtimeDown()],
    ['the pod has no node', refusals.notScheduled('x')],
    ['the pod is said to be gone', refusals.notFound('pods', 'x')],
  ] as const)('is tried again while %s', async (_why, answer) => {
    execs().fail(refused(answer), refused(answer));
    const [result] = await lab.executor().run(HOST, [command('echo', 'runs')]);
    expect([result?.stdout, execs().asked.length]).toEqual(['runs\n', 3]);
    execs().faultOf = () => refused(answer);
    await expect(lab.executor().run(HOST, [command('true')])).rejects.toMatchObject(unborn(/^n1: /));
    expect(execs().asked).toHaveLength(10);
  });

  it.each([
    [
      'the rights are missing',
      refusals.noSubprotocol(),
      /does not speak v4.channel.k8s.io; this is not a matter of rights/,
    ],
    ['the commands are too long', refusals.headersTooLarge(), /too long for the API server/],
    [
      'the kubelet is down',
      refusals.kubeletDown('10.20.0.12'),
      /kubelet of the node n1 can't be reached: is the node up/,
    ],
    ['the method is not known', refusals.badMethod(), /\(405\): bad method/],
  ] as const)('is refused at once where %s', async (_why, answer, message) => {
    execs().faultOf = () => refused(answer);
    await expect(lab.executor().run(HOST, [touch('made')])).rejects.toMatchObject(unborn(message));
    expect([execs().asked.length, lab.home.has('made')]).toEqual([1, false]);
  });

  it('is refused with the right that is missing', async () => {
    const token = lab.server.access.issue({
      user: 'heketi',
      rights: ['list pods', 'watch pods', 'create pods/exec'],
      namespace: 'default',
    });
    const executor = lab.executor({ cluster: { credentials: async () => credentials(token) } });
    await expect(executor.run(HOST, [command('true')])).rejects.toMatchObject(
      unborn(/User "heketi" cannot get resource "pods\/exec".*the test needs the verbs get and create on pods\/exec/),
    );
    const none = lab.server.access.issue({ user: 'heketi', rights: [], namespace: 'default' });
    const blind = lab.executor({ cluster: { credentials: async () => credentials(none) } });
    await expect(blind.run(HOST, [command('true')])).rejects.toMatchObject(
      unborn(/cannot list resource "pods".*grant it in a Role/),
    );
  });

  it('is asked for with credentials read anew when they are not accepted any more', async () => {
    const account = { user: 'heketi', rights: ['*'], namespace: null };
    const [old, next] = [lab.server.access.issue(account), lab.server.access.issue(account)];
    let now = old;
    const executor = lab.executor({
      cluster: { credentials: async (areRefused) => credentials(areRefused ? next : now) },
    });
    await executor.run(HOST, [command('true')]);
    lab.server.access.revoke(old);
    await executor.run(HOST, [command('true')]);
    lab.server.access.revoke(next);
    now = next;
    await expect(executor.run(HOST, [command('true')])).rejects.toMatchObject(
      unborn(/credentials of the test (?:are not accepted|: Unauthorized)|does not accept the credentials of the test/),
    );
  });

  it('is not begun later when nothing has answered the request', async () => {
    execs().fail({ kind: 'never answered' });
    const executor = lab.executor({ limits: { handshakeMs: 1000 } });
    await expect(executor.run(HOST, [touch('made')])).rejects.toMatchObject({
      ...UNKNOWN,
      message: expect.stringContaining('did not answer within 1 s') as string,
    });
    await executor.awaitLeftovers(HOST);
    expect(lab.home.has('made')).toBe(false);
  });

  it('is given up with the reason for it', async () => {
    execs().fail({ kind: 'never answered' });
    await expect(lab.executor({ limits: { beginMs: 500 } }).run(HOST, [touch('made')])).rejects.toMatchObject({
      ...UNKNOWN,
      message: expect.stringContaining('nothing began within 0.5 s') as string,
    });
  });
});

describe('a batch whose link is lost', () => {
  /** Runs on in its pod until `go`; nothing of the batch follows. */
  async function loseBatch(lose: () => unknown, limits: PodsOptions['limits'] = {}) {
    const executor = lab.executor({ limits });
    const outcome = expect(executor.run(HOST, [waitingCommand(), touch('next')])).rejects.toMatchObject(UNKNOWN);
    await until(() => lab.home.has('begun'));
    await lose();
    await outcome;
    return executor;
  }

  it.each([
    ['is cut', (): void => execs().cut(), (): void => undefined],
    ['goes with the kubelet', () => execs().kubelets.kill(HOST), () => execs().kubelets.start(HOST)],
    ['goes with the runtime', () => execs().kubelets.killRuntime(HOST), () => execs().kubelets.start(HOST)],
    ['goes with the API server', (): unknown => lab.server.kill(), (): unknown => lab.server.start()],
    ['says nothing, for the kubelet hangs', () => execs().kubelets.hang(HOST), () => execs().kubelets.resume(HOST)],
    ['says nothing, for the API server hangs', () => lab.server.hang(), () => lab.server.resume()],
  ] as const)('as it %s, has an unknown outcome, and is waited for', async (_how, spoil, mend) => {
    const executor = await loseBatch(spoil, { pingMs: 100 });
    await mend();
    let isSettled = false;
    const settled = executor.awaitLeftovers(HOST).then(() => {
      isSettled = true;
    });
    await executor.run(HOST, [command('true')]);
    expect([isSettled, lab.home.has('ended')]).toEqual([false, false]);
    lab.home.write('go');
    await settled;
    expect([lab.home.has('ended'), lab.home.has('next')]).toEqual([true, false]);
  });

  it('is ended by its own pod when it takes too long, though nobody hears of it', async () => {
    const executor = lab.executor();
    const slow = { ...waitingCommand(), timeoutMs: 300 };
    const outcome = expect(executor.run(HOST, [slow, touch('next')])).rejects.toMatchObject(UNKNOWN);
    await until(() => lab.home.has('begun'));
    execs().cut();
    await outcome;
    await executor.awaitLeftovers(HOST);
    expect([lab.home.has('ended'), lab.home.has('next')]).toEqual([false, false]);
  });

  // In small pieces, so that nothing at all fits in behind them.
  const FLOOD = 'while :; do echo tick; done';
  it.each([
    ['a command', `touch "$HOME/begun"; ${FLOOD}`],
    ['what it left in the background', `${FLOOD} & touch "$HOME/begun"; sleep 0.3`],
  ])('does not wait for ever for somebody to read what is printed by %s', async (_what, text) => {
    const executor = lab.executor({ limits: { unreadMs: 500 } });
    const flood = { ...command('sh', '-c', text), timeoutMs: 700 };
    execs().onStart = ({ argv }) => {
      if (argv.length > 4) execs().hold();
    };
    const outcome = expect(executor.run(HOST, [flood, touch('next')])).rejects.toMatchObject(UNKNOWN);
    await until(() => lab.home.has('begun'));
    execs().onStart = () => undefined;
    execs().cut();
    await outcome;
    await executor.awaitLeftovers(HOST);
    expect(lab.home.has('next')).toBe(false);
  });

  it('is not sent when the API server or the kubelet is down, and is refused at once', async () => {
    const executor = lab.executor();
    await executor.run(HOST, [command('true')]);
    execs().kubelets.kill(HOST);
    await expect(executor.run(HOST, [command('true')])).rejects.toMatchObject(unborn(/does its kubelet run/));
    execs().kubelets.start(HOST);
    await lab.server.kill();
    await expect(executor.run(HOST, [command('true')])).rejects.toMatchObject(
      unborn(/API server .*can't be reached: .*ECONNREFUSED/),
    );
    await lab.server.start();
    await executor.run(HOST, [command('true')]);
  });

  it('is given up by whoever asked for it, which ends nothing in the pod', async () => {
    const giveUp = new AbortController();
    const executor = lab.executor();
    const outcome = expect(executor.run(HOST, [waitingCommand()], giveUp.signal)).rejects.toMatchObject(UNKNOWN);
    await until(() => lab.home.has('begun'));
    giveUp.abort();
    await outcome;
    lab.home.write('go');
    await executor.awaitLeftovers(HOST);
    expect(lab.home.has('ended')).toBe(true);
  });
});
