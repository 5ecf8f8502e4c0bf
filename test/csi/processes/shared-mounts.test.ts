import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GlusterClient } from '../../../src/csi/node/gluster-client.js';
import type { NodeHost } from '../../../src/csi/node/host.js';
import { linuxHost } from '../../../src/csi/node/linux-host.js';
import { nodeCalls } from '../../../src/csi/node/node-calls.js';
import { ended, printed } from '../../crash/processes/support/ended.js';

function whyNoNamespaces(): string | null {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'probe', tmpdir()], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

const reason = whyNoNamespaces();
if (reason !== null)
  console.log(`SKIPPED: mounts of the CSI node service that are shared with the host, since ${reason}`);

/** The test has the namespace of the host, and the driver that of a container with mountPropagation: Bidirectional. */
describe.skipIf(reason !== null)('from a container that shares its mounts with the host', () => {
  let folder: string;
  let shared: string;
  let container: ChildProcess;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'csi-shared-'));
    shared = join(folder, 'kubelet');
    mkdirSync(shared);
    execFileSync('mount', ['-t', 'tmpfs', 'kubelet', shared]);
    execFileSync('mount', ['--make-shared', shared]);
    const program = ['sh', '-c', 'echo there; exec sleep 600'];
    container = spawn('unshare', ['--mount', '--propagation', 'unchanged', ...program]);
    await printed(container, /there/);
  });

  afterEach(async () => {
    container.kill('SIGKILL');
    await ended(container);
    execFileSync('umount', ['--recursive', '--lazy', shared]);
    rmSync(folder, { recursive: true });
  });

  const host: NodeHost = {
    ...linuxHost,
    run(argv, timeoutMs) {
      const at = argv.indexOf('glusterfs');
      const words = at < 0 ? argv : argv.with(at, 'tmpfs').with(argv.indexOf('-o') + 1, 'size=8m');
      return linuxHost.run(['nsenter', `--mount=/proc/${container.pid}/ns/mnt`, '--', ...words], timeoutMs);
    },
    mountInfo: async () =>
      readFileSync(`/proc/${container.pid}/mountinfo`, 'utf8').replace(/ - tmpfs (\S+:\/)/g, ' - fuse.glusterfs $1'),
  };

  const call = (name: string, more: object = {}): Promise<unknown> => {
    const folders = { logs: folder, passing: join(folder, 'passing') };
    const client = new GlusterClient(host, { where: 'container', prefix: [] }, folders);
    const request = {
      volumeId: 'id',
      stagingTargetPath: join(shared, 'staged'),
      targetPath: join(shared, 'pod'),
      volumeCapability: { mount: { fsType: '', mountFlags: [] }, accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' } },
      volumeContext: { volume: 'vol_x', hosts: 'h1' },
      readonly: false,
      ...more,
    };
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    return nodeCalls('n', { host, client, log })[name]?.(request as never) ?? Promise.reject(new Error(name));
  };

  it('a volume is seen on the host, and gone from there when it is taken down', async () => {
    await call('NodeStageVolume');
    await call('NodePublishVolume');
    writeFileSync(join(shared, 'pod', 'file'), 'data');
    expect(readFileSync(join(shared, 'staged', 'file'), 'utf8')).toBe('data');
    await call('NodeUnpublishVolume');
    expect(existsSync(join(shared, 'pod'))).toBe(false);
    await call('NodeUnstageVolume');
    expect(existsSync(join(shared, 'staged', 'file'))).toBe(false);
  });

  it('one that is read-only is so on the host, from where pods get it', async () => {
    await call('NodeStageVolume');
    for (let i = 0; i < 2; i++) await call('NodePublishVolume', { readonly: true });
    writeFileSync(join(shared, 'staged', 'file'), 'data');
    expect(readFileSync(join(shared, 'pod', 'file'), 'utf8')).toBe('data');
    expect(() => writeFileSync(join(shared, 'pod', 'file'), 'other')).toThrow('EROFS');
    expect(existsSync(join(folder, 'passing'))).toBe(true);
    expect(await host.mountInfo()).not.toContain(join(folder, 'passing'));
  });
});
