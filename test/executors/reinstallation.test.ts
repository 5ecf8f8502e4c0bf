import { beforeEach, describe, expect, it } from 'vitest';
import { listPeers } from '../../src/executors/commands/gluster/glusterd.js';
import {
  changeIdentity,
  readIdentity,
  restartGlusterd,
} from '../../src/executors/commands/gluster/glusterd-identity.js';
import type { CommandResult } from '../../src/executors/executor.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { HOST_SETTINGS } from '../support/host-settings.js';
import { ofGluster } from '../unit/executors/samples.js';

const DISKS = ['/dev/ubdb', '/dev/ubdc'];
const BRICK = '10.78.0.3:/bricks/r3/brick';
const RESET = `gluster --mode=script volume reset-brick r3 ${BRICK} ${BRICK} commit force`;

let hosts: SimulatedHosts;
beforeEach(async () => {
  hosts = new SimulatedHosts({
    mode: 'strict',
    deviceSizeGib: 32,
    hosts: [1, 2, 3].map((n) => ({
      manage: `n${n}`,
      storage: `10.78.0.${n}`,
      devices: DISKS.map((path) => ({ path, sizeKib: 32 * 1024 * 1024 })),
    })),
  });
  for (const n of [2, 3]) await run(`gluster peer probe 10.78.0.${n}`);
  for (const n of [1, 2, 3]) await makeBricks(n);
  for (const name of ['r3', 'a']) {
    const bricks = [1, 2, 3].map((n) => `10.78.0.${n}:/bricks/${name}/brick`);
    await run(`gluster --mode=script volume create ${name} replica 3 ${bricks.join(' ')}`);
    await run(`gluster --mode=script volume start ${name}`);
  }
});

async function makeBricks(n: number): Promise<void> {
  for (const [i, name] of ['r3', 'a'].entries()) {
    await run(`mkfs.xfs ${DISKS[i]}`, n);
    await run(`mkdir -p /bricks/${name}`, n);
    await run(`mount -o rw ${DISKS[i]} /bricks/${name}`, n);
    await run(`mkdir /bricks/${name}/brick`, n);
  }
}

async function run(commandLine: string, n = 1): Promise<CommandResult> {
  const [result] = await hosts.run(`n${n}`, [{ argv: commandLine.split(' '), timeoutMs: 1000 }]);
  if (!result) throw new Error('no answer');
  return result;
}

/** The sample's command is answered as the real program did in the same situation. */
async function replay(name: string, n = 1): Promise<void> {
  const { commandLine, ...real } = ofGluster(name);
  const { exitCode, stdout, stderr } = await run(commandLine, n);
  expect({ exitCode, stdout: stdout.trim(), stderr: stderr.trim() }, name).toEqual({
    exitCode: real.exitCode,
    stdout: real.stdout.trim(),
    stderr: real.stderr.trim(),
  });
}

const real = () => ({ executor: new MockExecutor(hosts), settings: HOST_SETTINGS });

async function rejoin(): Promise<void> {
  const uuid = (await listPeers(real(), 'n1')).find(({ name }) => name === '10.78.0.3')?.uuid ?? '';
  await changeIdentity(real(), 'n3', uuid);
  await run('gluster peer probe 10.78.0.1', 3);
  await restartGlusterd(real(), 'n3');
}

describe('a simulated machine that is installed anew', () => {
  it('is rejected by its pool, and can not get in under its new UUID', async () => {
    hosts.reinstall('n3');
    await replay('err-reset-brick-peer-rejected');
    await replay('err-peer-probe-other-cluster', 3);
    const peers = (await listPeers(real(), 'n1')).map(({ name, isConnected }) => [name, isConnected]);
    expect(peers).toContainEqual(['10.78.0.3', false]);
    expect(await readIdentity(real(), 'n3')).toMatchObject({ peers: 0, volumes: 0 });
    // It is known there under its old one.
    expect((await run('gluster peer probe 10.78.0.3')).stdout).toContain('already in peer list');
  });

  it('gets in with its old UUID, when it asks and is started again; it learns of the volumes', async () => {
    hosts.reinstall('n3');
    const before = await readIdentity(real(), 'n3');
    await rejoin();
    expect(await readIdentity(real(), 'n3')).toMatchObject({ peers: 2, volumes: 2 });
    expect((await readIdentity(real(), 'n3')).uuid).not.toBe(before.uuid);
    expect((await listPeers(real(), 'n1')).every(({ isConnected }) => isConnected)).toBe(true);
  });

  it('has its brick refused as a new one until glusterd is started again, and then taken', async () => {
    hosts.reinstall('n3');
    await makeBricks(3);
    await rejoin();
    await replay('err-reset-brick-new');
    await restartGlusterd(real(), 'n3');
    await replay('reset-brick');
    await replay('err-reset-brick-running');
  });
});

describe('a simulated reset-brick', () => {
  it('is refused as by the real one', async () => {
    await replay('err-reset-brick-unknown');
    await run('gluster --mode=script volume stop a');
    await replay('err-reset-brick-not-started');
    hosts.setGlusterdUp('n3', false);
    expect((await run(RESET)).stderr).toContain('Host 10.78.0.3 not connected');
  });

  it('takes the bare directory below a mount point: whoever sends it has to look', async () => {
    hosts.reinstall('n3');
    await run('mkdir -p /bricks/r3/brick', 3);
    await rejoin();
    await restartGlusterd(real(), 'n3');
    expect((await run(RESET)).exitCode).toBe(0);
    const bricks = hosts.state().pools.flatMap(({ volumes }) => volumes.flatMap(({ bricks: all }) => all));
    expect(bricks).toContain(`${BRICK} (on an unmounted directory)`);
  });
});
