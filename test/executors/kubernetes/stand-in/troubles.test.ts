import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusals } from '../../../support/kubernetes-server/answers.js';
import { KubernetesServer } from '../../../support/kubernetes-server/kubernetes-server.js';
import type { LocalRuntime } from '../../../support/kubernetes-server/local-runtime.js';
import { OPCODES, type WireClient } from '../../../support/kubernetes-server/wire-client.js';
import { until } from '../../../support/simcluster.js';
import { execOver } from './exec-client.js';

const NODE = '10.20.0.11';
/** Makes `begun`; when `go` is there, makes `ended`; and ends when `leave` is there. */
const WAITING = [
  'bash',
  '-c',
  'await() { until [ -e $1 ]; do sleep 0.02; done; }; echo tick; touch begun; await go; touch ended; echo over; await leave',
];
const CLOSE_1000 = Buffer.of(0x03, 0xe8);

let server: KubernetesServer;
let home: LocalRuntime;
beforeEach(async () => {
  server = await KubernetesServer.up();
  home = server.pods.add(NODE).runtimeOf('glusterfs') as LocalRuntime;
});
afterEach(() => server.down());

async function begin(): Promise<WireClient> {
  const client = execOver(server, { argv: WAITING });
  await client.until((now) => now.output(1) === 'tick\n');
  await until(() => home.has('begun'));
  return client;
}

/** What a new exec of `true` is answered: the code of a refusal with its text, or the status. */
async function tryExec(pod?: string): Promise<readonly [number | undefined, string]> {
  const client = execOver(server, { argv: ['true'], ...(pod !== undefined && { pod }) });
  await client.ended();
  const code = client.answer?.code;
  return [code, code === 101 ? client.output(3) : client.body.trim()];
}

function isClosed({ frames }: WireClient): boolean {
  return frames.some(({ opcode }) => opcode === OPCODES.close);
}

function expectBareEnd(client: WireClient): void {
  expect([client.output(3), isClosed(client)]).toEqual(['', false]);
}

const SUCCESS = [101, '{"metadata":{},"status":"Success"}'];
const NOT_FOUND = [500, 'container not found ("glusterfs")'];

describe('a pod of the stand-in', () => {
  it('that is deleted with grace 0 kills its programs, and is unknown at once', async () => {
    const client = await begin();
    const { name } = server.pods.on(NODE).identity;
    server.pods.forceDelete(NODE);
    await client.ended();
    expect(client.output(3)).toContain('exit code 137","reason":"NonZeroExitCode"');
    expect(client.frames.at(-1)).toMatchObject({ opcode: OPCODES.close, payload: CLOSE_1000 });
    expect(await tryExec(name)).toEqual([404, expect.stringContaining(`pods \\"${name}\\" not found`)]);
    expect((await tryExec())[0]).toBe(400); // without a node as yet
    server.pods.start(NODE);
    expect(await tryExec()).toEqual(SUCCESS);
    expect(home.has('ended')).toBe(false);
  });

  it('that is deleted with a grace period kills them, takes some more that it does not start, then none', async () => {
    const client = await begin();
    const { name } = server.pods.on(NODE).identity;
    server.pods.beginDeletion(NODE, 2);
    expect(await tryExec()).toEqual(SUCCESS);
    server.pods.stop(NODE);
    await client.ended();
    expect(client.output(3)).toContain('exit code 137');
    expect((await tryExec())[1]).toMatch(/"Internal error occurred: .*cannot exec in a stopped state: unknown"/);
    server.pods.removeContainers(NODE);
    expect(await tryExec()).toEqual(NOT_FOUND);
    server.pods.finishDeletion(NODE);
    expect((await tryExec(name))[0]).toBe(404);
  });

  it('whose container is restarted kills its programs and keeps its name', async () => {
    const before = server.pods.on(NODE).toObject();
    const client = await begin();
    server.pods.restartContainers(NODE);
    await client.ended();
    expect(client.output(3)).toContain('exit code 137');
    const after = server.pods.on(NODE).toObject();
    expect(after.metadata.uid).toBe(before.metadata.uid);
    const [[was], [is]] = [before.status.containerStatuses ?? [], after.status.containerStatuses ?? []];
    expect([was?.restartCount, is?.restartCount, is?.ready]).toEqual([0, 1, true]);
    expect(is?.containerID).not.toBe(was?.containerID);
    expect(await tryExec()).toEqual(SUCCESS);
  });

  it('that the books forget runs on beside its successor', async () => {
    await begin();
    server.pods.forget(NODE);
    server.pods.start(NODE);
    home.write('go');
    await until(() => home.has('ended'));
  });
});

describe('a kubelet of the stand-in', () => {
  it('that dies cuts its connections without a word; programs run on, new ones are refused', async () => {
    const client = await begin();
    server.execs.kubelets.kill(NODE);
    await client.ended();
    expectBareEnd(client);
    expect(await tryExec()).toEqual([
      500,
      '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"error dialing backend: dial tcp 10.20.0.11:10250: connect: connection refused","code":500}',
    ]);
    home.write('go');
    await until(() => home.has('ended'));
    server.execs.kubelets.beginStart(NODE);
    expect(await tryExec()).toEqual([404, 'pod does not exist']);
    server.execs.kubelets.start(NODE);
    expect(await tryExec()).toEqual(SUCCESS);
  });

  it('whose runtime dies does the same', async () => {
    const client = await begin();
    server.execs.kubelets.killRuntime(NODE);
    await client.ended();
    expectBareEnd(client);
    expect(await tryExec()).toEqual([500, expect.stringContaining('rpc error: code = Unavailable')]);
    expect(home.has('ended')).toBe(false);
  });

  it.each(['the kubelet', 'the API server'])('is silent while %s hangs, and loses nothing', async (what) => {
    const client = await begin();
    const isKubelet = what === 'the kubelet';
    if (isKubelet) server.execs.kubelets.hang(NODE);
    else server.hang();
    client.send(OPCODES.ping, Buffer.from('ping0'));
    home.write('go');
    await until(() => home.has('ended'));
    const late = execOver(server, { argv: ['true'] });
    await until(() => server.requests.length === 2);
    expect([client.output(1), client.frames.length, late.answer]).toEqual(['tick\n', 2, null]);
    if (isKubelet) server.execs.kubelets.resume(NODE);
    else server.resume();
    await client.until((now) => now.output(1) === 'tick\nover\n');
    await client.until(({ frames }) => frames.some(({ opcode }) => opcode === OPCODES.pong));
    home.write('leave');
    await Promise.all([client.ended(), late.ended()]);
    expect([client.output(3), late.output(3)]).toEqual([SUCCESS[1], SUCCESS[1]]);
  });

  it('answers pings', async () => {
    const client = await begin();
    client.send(OPCODES.ping, Buffer.from('ping0'));
    await client.until(({ frames }) => frames.some(({ opcode }) => opcode === OPCODES.pong));
    home.write('go');
  });
});

describe('the stand-in that dies', () => {
  it('cuts all connections, refuses new ones, and is there again with its pods', async () => {
    const client = await begin();
    await server.kill();
    await client.ended();
    expectBareEnd(client);
    expect((await tryExec())[0]).toBeUndefined();
    home.write('go');
    await until(() => home.has('ended'));
    await server.start();
    expect(await tryExec()).toEqual(SUCCESS);
  });
});

describe('a client of the stand-in that goes away', () => {
  it.each(['with a close frame', 'without one'])('leaves its program running: %s', async (how) => {
    const client = await begin();
    if (how === 'without one') client.destroy();
    else {
      client.send(OPCODES.close, CLOSE_1000);
      await client.until(isClosed);
      expect(client.output(3)).toBe('');
    }
    home.write('go');
    await until(() => home.has('ended'));
  });

  it('ends the input of its program', async () => {
    const client = execOver(server, { argv: ['bash', '-c', 'echo; cat; touch ended'], stdin: true });
    await client.until((now) => now.output(1) === '\n');
    client.destroy();
    await until(() => home.has('ended'));
  });

  it('leaves one that writes without end waiting for ever', async () => {
    const client = execOver(server, { argv: ['bash', '-c', 'yes; touch ended'] });
    await client.until((now) => now.outputBytes(1).length > 100_000);
    client.destroy();
    expect(await tryExec()).toEqual(SUCCESS);
    expect(home.has('ended')).toBe(false);
  });
});

describe('an exec of the stand-in that meets a fault', () => {
  it('is cut before its program starts, as soon as it runs, or when it has ended', async () => {
    const argv = ['bash', '-c', 'touch made; echo out'];
    const cut = async (kind: 'cut before start' | 'cut at start' | 'cut before status') => {
      server.execs.fail({ kind });
      const client = execOver(server, { argv });
      await client.ended();
      expectBareEnd(client);
      return client.output(1);
    };
    expect([await cut('cut before start'), home.has('made')]).toEqual(['', false]);
    expect(await cut('cut at start')).toBe('');
    await until(() => home.has('made'));
    expect(await cut('cut before status')).toBe('out\n');
  });

  it('is closed without a status, has another one, or hears none', async () => {
    server.execs.fail({ kind: 'closed before status' }, { kind: 'status', object: { status: 'Odd' } });
    expect(await tryExec()).toEqual([101, '']);
    expect(await tryExec()).toEqual([101, '{"status":"Odd"}']);
    server.execs.fail({ kind: 'silent before status' });
    const client = execOver(server, { argv: ['echo', 'out'] });
    await client.until((now) => now.output(1) === 'out\n');
    client.send(OPCODES.ping, Buffer.alloc(0));
    await client.until(({ frames }) => frames.some(({ opcode }) => opcode === OPCODES.pong));
    expect(await tryExec()).toEqual(SUCCESS);
    expect([client.output(3), client.isEnded]).toEqual(['', false]);
  });

  it('is refused, or never answered, or answered in another protocol', async () => {
    server.execs.fail({ kind: 'refused', answer: refusals.noSubprotocol() });
    expect(await tryExec()).toEqual([403, '']);
    server.execs.fail({ kind: 'protocol', name: 'v5.channel.k8s.io' });
    const other = execOver(server, { argv: ['true'] });
    await other.ended();
    expect(other.answer?.headers).toContainEqual(['Sec-WebSocket-Protocol', 'v5.channel.k8s.io']);
    server.execs.fail({ kind: 'never answered' });
    const silent = execOver(server, { argv: ['true'] });
    await until(() => server.execs.asked.length === 3);
    expect(await tryExec()).toEqual(SUCCESS);
    expect([silent.answer, silent.isEnded]).toEqual([null, false]);
  });

  it('has no answers to its pings', async () => {
    server.execs.failOn(NODE, { kind: 'no pongs' });
    const client = await begin();
    client.send(OPCODES.ping, Buffer.from('ping0'));
    home.write('go');
    home.write('leave');
    await client.ended();
    expect(client.output(3)).toBe(SUCCESS[1]);
    expect(client.frames.some(({ opcode }) => opcode === OPCODES.pong)).toBe(false);
  });
});
