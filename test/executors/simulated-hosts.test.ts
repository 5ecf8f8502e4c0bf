import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '../../src/domain/errors.js';
import { createBrick, destroyBrick, probeBrick } from '../../src/executors/commands/brick/brick.js';
import { setUpDevice } from '../../src/executors/commands/device/lvm-device.js';
import {
  createGlusterVolume,
  deleteGlusterVolume,
  volumeInfo,
} from '../../src/executors/commands/gluster/gluster-volume.js';
import { probePeer } from '../../src/executors/commands/gluster/glusterd.js';
import { createMockExecutor } from '../../src/executors/create-executor.js';
import { TransportError } from '../../src/executors/executor.js';
import { serveHosts } from '../../src/executors/mock/remote/host-server.js';
import { RemoteSimulatedHosts } from '../../src/executors/mock/remote/remote-simulated-hosts.js';
import type { RecordedPool } from '../../src/executors/mock/seed-from-records.js';
import { HOST_SETTINGS } from '../support/host-settings.js';
import { brick, deviceId, groupOf, type Rig, strictRig, volume } from './support.js';

const HOST = 'n1.manage';
const TRUE = { argv: ['mkdir', '-p', '/tmp/a'], timeoutMs: 20 };
const hosts = [1, 2, 3];
const bricks = hosts.map((host) => [host, brick(host, host, { gid: host })] as const);

async function fill(rig: Rig): Promise<void> {
  for (const n of [2, 3]) await probePeer(rig.hosts, HOST, `n${n}.storage`);
  for (const [host, spec] of bricks) {
    await setUpDevice(rig.hosts, `n${host}.manage`, { deviceId: deviceId(host), name: '/dev/sdb', wipe: false });
    await createBrick(rig.hosts, `n${host}.manage`, spec);
  }
  await createGlusterVolume(rig.hosts, HOST, volume('v', bricks, { options: ['performance.cache-size 1MB'] }));
}

function records(totalKib: number): RecordedPool {
  const spec = volume('v', bricks, { options: ['performance.cache-size 1MB'] });
  return {
    nodes: hosts.map((n) => ({ manageName: `n${n}.manage`, storageName: `n${n}.storage`, clusterId: 'c' })),
    devices: hosts.map((n) => ({ deviceId: deviceId(n), path: '/dev/sdb', manageName: `n${n}.manage`, totalKib })),
    bricks: bricks.map(([n, one]) => ({ ...one, manageName: `n${n}.manage`, storageName: `n${n}.storage` })),
    volumes: [{ ...spec, bricks: spec.bricks.map(({ host, path: at }) => ({ storageName: host, path: at })) }],
  };
}

describe('hosts filled from records', () => {
  it('are as the commands left them', async () => {
    const used = strictRig();
    await fill(used);
    const { sizeKib: totalKib } = await groupOf(used.hosts, HOST, deviceId(1));
    const restarted = strictRig();
    restarted.simulated.seedFromRecords(records(totalKib));
    expect(restarted.simulated.state()).toEqual(used.simulated.state());
    await deleteGlusterVolume(restarted.hosts, HOST, 'v');
    for (const [host, spec] of bricks)
      expect(await destroyBrick(restarted.hosts, `n${host}.manage`, spec)).toEqual({ poolRemoved: true });
  });

  it('tolerate records that contradict each other', async () => {
    const { nodes, devices, bricks: known, volumes } = records(2 ** 53);
    const [one] = known;
    const [v] = volumes;
    if (!one || !v) throw new Error('no records');
    const rig = strictRig(1);
    rig.simulated.seedFromRecords({
      nodes: [...nodes, ...nodes],
      devices: [...devices, ...devices],
      bricks: [
        ...known,
        one,
        { ...one, brickId: 'x', lv: one.thinPool },
        { ...one, path: '', lv: 'p', thinPool: '', manageName: '', storageName: 'lost' },
      ],
      volumes: [
        ...volumes,
        v,
        { ...v, name: 'empty', bricks: [] },
        { ...v, name: 'elsewhere', bricks: [{ storageName: 'lost', path: '/mockpath' }] },
      ],
    });
    expect(await volumeInfo(rig.hosts, HOST, 'v')).toMatchObject({ status: 1, brickCount: 3 });
  });
});

describe('faults', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = strictRig();
  });
  const run = () => rig.hosts.executor.run(HOST, [TRUE]);

  it('fire at the n-th match, as often as they are told, on their host only', async () => {
    rig.simulated.setFaults([
      { kind: 'fail', host: HOST, match: '^mkdir', nth: 2, times: 2, exitCode: 7, stderr: 'no' },
    ]);
    await rig.hosts.executor.run('n2.manage', [TRUE]);
    const codes: number[] = [];
    for (let i = 0; i < 4; i++) codes.push(...(await run()).map((result) => result.exitCode));
    expect(codes).toEqual([0, 7, 7, 0]);
  });

  it('lose the link before or after the command took effect', async () => {
    for (const after of [false, true]) {
      const there = { argv: ['mkdir', `/var/log/${after}`], timeoutMs: 1000 };
      rig.simulated.setFaults([{ kind: 'lose-link', after }]);
      const error = await rig.hosts.executor.run(HOST, [there]).catch((e: unknown) => e as TransportError);
      expect(error).toMatchObject({ name: 'TransportError', mayHaveRun: true });
      const [again] = await rig.hosts.executor.run(HOST, [there]);
      expect(again?.exitCode).toBe(after ? 1 : 0);
    }
  });

  it('hang until the deadline, or until the caller gives up', async () => {
    rig.simulated.setFaults([{ kind: 'hang', times: 2 }]);
    await expect(run()).rejects.toThrow('no answer from n1.manage in time');
    const abort = new AbortController();
    const waiting = rig.hosts.executor.run(HOST, [{ ...TRUE, timeoutMs: 60_000 }], abort.signal);
    abort.abort();
    await expect(waiting).rejects.toThrow(TransportError);
  });

  it('cut the link of a batch that runs on, which can be waited for', async () => {
    const slow = strictRig(1, { latency: { programMs: { mkdir: 5 } } });
    const there = (path: string) => ({ argv: ['mkdir', '-p', path], timeoutMs: 1000 });
    slow.simulated.setFaults([{ kind: 'cut-link' }]);
    const cut = slow.hosts.executor.run(HOST, [there('/run/gluster/a'), there('/run/gluster/a/b')]);
    await expect(cut).rejects.toMatchObject({ name: 'TransportError', mayHaveRun: true });
    expect(slow.simulated.state().hosts[0]?.directories).not.toContain('/run/gluster/a');
    await slow.hosts.executor.awaitLeftovers(HOST);
    expect(slow.simulated.state().hosts[0]?.directories).toContain('/run/gluster/a/b');
  });

  it('leave nothing that can be known while their host is down', async () => {
    const slow = strictRig(1, { latency: { programMs: { mkdir: 5 } } });
    slow.simulated.setFaults([{ kind: 'cut-link' }]);
    const cut = slow.hosts.executor.run(HOST, [{ argv: ['mkdir', '-p', '/run/gluster/a'], timeoutMs: 1000 }, TRUE]);
    await expect(cut).rejects.toThrow(TransportError);
    slow.simulated.setHostUp(HOST, false);
    await expect(slow.hosts.executor.awaitLeftovers(HOST)).rejects.toMatchObject({ mayHaveRun: false });
    slow.simulated.setHostUp(HOST, true);
    await slow.hosts.executor.awaitLeftovers(HOST);
    slow.simulated.setHostUp(HOST, false);
    await slow.hosts.executor.awaitLeftovers(HOST);
  });

  it('of a host that is down: nothing was run', async () => {
    rig.simulated.setHostUp(HOST, false);
    await expect(run()).rejects.toMatchObject({ name: 'TransportError', mayHaveRun: false });
    await expect(rig.hosts.executor.run('unknown', [TRUE])).rejects.toMatchObject({ mayHaveRun: false });
  });
});

describe('a batch', () => {
  it('stops after a failure, unless that may fail', async () => {
    const rig = strictRig();
    const no = { argv: ['rmdir', '/nope'], timeoutMs: 1000 };
    expect(await rig.hosts.executor.run(HOST, [TRUE, no, TRUE])).toHaveLength(2);
    expect(await rig.hosts.executor.run(HOST, [{ ...no, mayFail: true }, TRUE])).toHaveLength(2);
    expect((await rig.hosts.executor.run(HOST, [{ argv: ['reboot'], timeoutMs: 1 }]))[0]).toMatchObject({
      exitCode: 127,
    });
  });

  it('with an argument that no program can receive is refused whole', async () => {
    await expect(strictRig().hosts.executor.run(HOST, [{ argv: ['mkdir', 'a\0b'], timeoutMs: 1 }])).rejects.toThrow(
      DomainError,
    );
  });

  it('reaches lvm behind a wrapper', async () => {
    const wrapped = strictRig(1, {}, { lvmWrapper: '/usr/sbin/exec-on-host' });
    await setUpDevice(wrapped.hosts, HOST, { deviceId: deviceId(1), name: '/dev/sdb', wipe: false });
    await createBrick(wrapped.hosts, HOST, brick(1, 1));
    expect(await probeBrick(wrapped.hosts, HOST, brick(1, 1))).toMatchObject({ lvExists: true });
  });
});

describe('hosts in a process of their own', () => {
  let folder: string;
  let socket: string;
  let child: ChildProcess | null = null;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'hosts-'));
    socket = path.join(folder, 'hosts.sock');
  });
  afterEach(() => {
    child?.kill();
    child = null;
    rmSync(folder, { recursive: true });
  });

  it('answer as those in this process', async () => {
    const local = strictRig();
    const server = await serveHosts(local.simulated, socket);
    const remote = new RemoteSimulatedHosts(socket);
    await fill({ simulated: local.simulated, hosts: { executor: remote, settings: HOST_SETTINGS } });
    expect(await remote.state()).toEqual(local.simulated.state());
    await remote.setFaults([{ kind: 'lose-link' }]);
    await expect(remote.run(HOST, [TRUE])).rejects.toMatchObject({
      name: 'TransportError',
      mayHaveRun: true,
      host: HOST,
    });
    await expect(remote.run(HOST, [{ argv: ['a\0'], timeoutMs: 1 }])).rejects.toThrow(DomainError);
    await remote.setFaults([{ kind: 'hang' }]);
    const abort = new AbortController();
    const waiting = remote.run(HOST, [{ ...TRUE, timeoutMs: 60_000 }], abort.signal);
    abort.abort();
    await expect(waiting).rejects.toThrow(TransportError);
    await remote.close();
    server.close();
  });

  it('run on for a client that is gone, which the next one can wait for', async () => {
    const local = strictRig(1, { latency: { programMs: { mkdir: 250 } } });
    const server = await serveHosts(local.simulated, socket);
    const gone = new RemoteSimulatedHosts(socket);
    const lost = gone.run(HOST, [{ argv: ['mkdir', '-p', '/run/gluster/a'], timeoutMs: 1000 }]);
    await gone.state();
    await gone.close();
    await expect(lost).rejects.toMatchObject({ name: 'TransportError', mayHaveRun: true });
    const next = new RemoteSimulatedHosts(socket);
    await next.awaitLeftovers(HOST);
    expect((await next.state()).hosts[0]?.directories).toContain('/run/gluster/a');
    await next.close();
    server.close();
  });

  it('outlive their clients, and a lost process is an unknown outcome', async () => {
    const file = path.join(folder, 'hosts.json');
    writeFileSync(
      file,
      JSON.stringify({
        hosts: [{ manage: HOST, storage: 'n1.storage', devices: [{ path: '/dev/sdb', sizeGib: 10 }] }],
      }),
    );
    const program = path.resolve('src/executors/mock/remote/host-process.ts');
    const started = spawn(process.execPath, ['--import', 'tsx', program, '--socket', socket, '--hosts', file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = started;
    await new Promise((ready) => started.stdout.once('data', ready));
    for (const expected of [0, 1]) {
      const client = new RemoteSimulatedHosts(socket);
      const [made] = await client.run(HOST, [{ argv: ['mkdir', '/var/log/x'], timeoutMs: 1000 }]);
      expect(made?.exitCode).toBe(expected);
      await client.close();
    }
    const client = new RemoteSimulatedHosts(socket);
    await client.setFaults([{ kind: 'hang' }]);
    const waiting = client.run(HOST, [{ ...TRUE, timeoutMs: 60_000 }]);
    const exited = new Promise((done) => started.once('exit', done));
    await client.state().then(() => started.kill('SIGKILL'));
    await expect(waiting).rejects.toMatchObject({ mayHaveRun: true });
    // A dying process may still accept a connection between the end of one socket and the next.
    await exited;
    await expect(client.run(HOST, [TRUE])).rejects.toMatchObject({ mayHaveRun: false });
  });
});

describe('choosing an executor', () => {
  const mock = { deviceSizeGib: 500, mode: 'lenient', topologyFile: null, socketPath: null } as const;

  it('simulates the hosts of a topology file', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'topology-'));
    const file = path.join(folder, 'topology.json');
    const node = {
      node: { hostnames: { manage: ['m'], storage: ['s'] }, zone: 1 },
      devices: ['/dev/sdb', { name: '/dev/sdc', destroydata: false }],
    };
    writeFileSync(file, JSON.stringify({ clusters: [{ nodes: [node] }] }));
    const { simulated } = createMockExecutor({ ...mock, mode: 'strict', topologyFile: file });
    expect(simulated?.state().hosts).toMatchObject([
      { manage: 'm', storage: 's', devices: [{ path: '/dev/sdb' }, { path: '/dev/sdc' }] },
    ]);
    writeFileSync(file, '{"hosts":[{"manage":"m"}]}');
    expect(() => createMockExecutor({ ...mock, topologyFile: file })).toThrow(/host without names/);
    writeFileSync(file, '[');
    expect(() => createMockExecutor({ ...mock, topologyFile: file })).toThrow(/can't be read/);
    rmSync(folder, { recursive: true });
  });
});
