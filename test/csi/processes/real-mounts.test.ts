import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GlusterClient } from '../../../src/csi/node/gluster-client.js';
import type { NodeHost } from '../../../src/csi/node/host.js';
import { linuxHost } from '../../../src/csi/node/linux-host.js';
import { nodeCalls } from '../../../src/csi/node/node-calls.js';
import { CsiClient } from '../support/csi-client.js';
import { startDriverProcess } from '../support/driver-process.js';

/** This machine, on which gluster's client is a tmpfs that the mount table shows as what it stands for. */
const standIn: NodeHost = {
  ...linuxHost,
  run(argv, timeoutMs) {
    const at = argv.indexOf('glusterfs');
    if (at < 0) return linuxHost.run(argv, timeoutMs);
    const words = argv.with(at, 'tmpfs').with(argv.indexOf('-o') + 1, `size=8m,${flagsOf(argv)}`);
    return linuxHost.run(words, timeoutMs);
  },
  mountInfo: async () => (await linuxHost.mountInfo()).replace(/ - tmpfs (\S+:\/)/g, ' - fuse.glusterfs $1'),
};

/** Those that any file system knows. */
function flagsOf(argv: readonly string[]): string {
  const options = (argv[argv.indexOf('-o') + 1] ?? '').split(',');
  return ['rw', ...options.filter((option) => /^no(suid|dev)$/.test(option))].join(',');
}

const CAPABILITY = { mount: { fsType: '', mountFlags: [] }, accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' } };

function whyNoMounts(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'csi-probe-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'probe', folder], { stdio: 'pipe' });
    execFileSync('umount', [folder]);
    return null;
  } catch (error) {
    return `this process can not mount: ${(error as Error).message.split('\n').at(1) ?? ''}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const reason = whyNoMounts();
if (reason !== null) console.log(`SKIPPED: real mounts of the CSI node service, since ${reason}`);

describe.skipIf(reason !== null)('on this machine', () => {
  let folder: string;
  let staging: string;
  let target: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'csi mounts \\ '));
    [staging, target] = [join(folder, 'staged'), join(folder, 'pod', 'mount')];
  });

  afterEach(() => {
    const real = join(folder, 'real');
    for (const path of [target, target, staging, join(real, 'pod', 'mount'), join(real, 'staged')]) {
      try {
        execFileSync('umount', ['--lazy', path], { stdio: 'ignore' });
      } catch {
        // it is not mounted
      }
    }
    rmSync(folder, { recursive: true });
  });

  /** The mounts below the folder, whose name has blanks before its unique end. */
  const mountLines = async () =>
    (await linuxHost.mountInfo()).split('\n').filter((line) => line.includes(`${folder.split(' ').at(-1)}/`));

  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const call = (name: string, more: object = {}): Promise<unknown> => {
    const client = new GlusterClient(
      standIn,
      { where: 'container', prefix: [] },
      { logs: folder, passing: join(folder, 'passing') },
    );
    const request = {
      volumeId: 'id',
      stagingTargetPath: staging,
      targetPath: target,
      volumePath: target,
      volumeCapability: CAPABILITY,
      volumeContext: { volume: 'vol_x', hosts: 'h1' },
      readonly: false,
      ...more,
    };
    return nodeCalls('n', { host: standIn, client, log })[name]?.(request as never) ?? Promise.reject(new Error(name));
  };

  it('a volume is staged and published, each twice, written to, and taken down again with its data left', async () => {
    for (const name of ['NodeStageVolume', 'NodeStageVolume', 'NodePublishVolume', 'NodePublishVolume'])
      await call(name);
    writeFileSync(join(target, 'file'), 'data');
    expect(readFileSync(join(staging, 'file'), 'utf8')).toBe('data');
    for (let i = 0; i < 2; i++) await call('NodeUnpublishVolume');
    expect(existsSync(target)).toBe(false);
    expect(readFileSync(join(staging, 'file'), 'utf8')).toBe('data');
    for (let i = 0; i < 2; i++) await call('NodeUnstageVolume');
    expect(existsSync(staging)).toBe(true);
    expect(existsSync(join(staging, 'file'))).toBe(false);
  });

  it('its figures are those of df', async () => {
    await call('NodeStageVolume');
    await call('NodePublishVolume');
    writeFileSync(join(target, 'file'), Buffer.alloc(2 ** 20));
    const { bsize, blocks, bavail, files } = statfsSync(target);
    expect(await call('NodeGetVolumeStats')).toMatchObject({
      usage: [
        { unit: 'BYTES', total: String(bsize * blocks), available: String(bsize * bavail), used: String(2 ** 20) },
        { unit: 'INODES', total: String(files), used: '2' },
      ],
      volumeCondition: { abnormal: false },
    });
  });

  it('one that is read-only is not written to, though its volume is', async () => {
    await call('NodeStageVolume');
    await call('NodePublishVolume', { readonly: true });
    expect(() => writeFileSync(join(target, 'file'), '')).toThrow('EROFS');
    writeFileSync(join(staging, 'file'), 'data');
    expect(readFileSync(join(target, 'file'), 'utf8')).toBe('data');
  });

  it('a folder with something below the mount stays, with what is in it', async () => {
    await call('NodeStageVolume');
    await linuxHost.makeDirectory(target);
    writeFileSync(join(target, 'below'), 'precious');
    await call('NodePublishVolume');
    expect(existsSync(join(target, 'below'))).toBe(false);
    await expect(call('NodeUnpublishVolume')).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('ENOTEMPTY'),
    });
    expect(readFileSync(join(target, 'below'), 'utf8')).toBe('precious');
  });

  it('paths below a symbolic link are known again by their real ones', async () => {
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    const paths = {
      stagingTargetPath: join(folder, 'link', 'staged'),
      targetPath: join(folder, 'link', 'pod', 'mount'),
    };
    for (const name of ['NodeStageVolume', 'NodeStageVolume', 'NodePublishVolume', 'NodePublishVolume'])
      await call(name, paths);
    expect(await mountLines()).toHaveLength(2);
    expect(await call('NodeGetVolumeStats', { volumePath: paths.targetPath })).toMatchObject({
      volumeCondition: { abnormal: false },
    });
    for (let i = 0; i < 2; i++) await call('NodeUnpublishVolume', paths);
    for (let i = 0; i < 2; i++) await call('NodeUnstageVolume', paths);
    expect(await mountLines()).toEqual([]);
    expect(existsSync(join(folder, 'real', 'pod', 'mount'))).toBe(false);
  });

  it('a path that is itself a symbolic link is not mounted on, nor taken away', async () => {
    mkdirSync(join(folder, 'elsewhere'));
    mkdirSync(join(folder, 'pod'));
    symlinkSync(join(folder, 'elsewhere'), target);
    symlinkSync(join(folder, 'elsewhere'), staging);
    await expect(call('NodeStageVolume')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    rmSync(staging);
    await call('NodeStageVolume');
    await expect(call('NodePublishVolume')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    await expect(call('NodeUnpublishVolume')).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(existsSync(target)).toBe(true);
    expect(await linuxHost.mountInfo()).not.toContain('elsewhere');
  });

  it('a read-only bind keeps what else its mount forbids', async () => {
    await call('NodeStageVolume', {
      volumeCapability: { ...CAPABILITY, mount: { fsType: '', mountFlags: ['nosuid', 'nodev'] } },
    });
    await call('NodePublishVolume', { readonly: true });
    const [, line] = await mountLines();
    expect(line?.split(' ')[5]?.split(',')).toEqual(expect.arrayContaining(['ro', 'nosuid', 'nodev']));
  });

  it('mounts that are stacked by hand all go', async () => {
    await call('NodeStageVolume');
    await call('NodePublishVolume');
    execFileSync('mount', ['--bind', staging, target]);
    await call('NodeUnpublishVolume');
    expect(await linuxHost.mountInfo()).not.toContain('/pod/mount');
    expect(existsSync(target)).toBe(false);
  });
});

it('the built driver serves the Node service, and says where mounts live', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'csi-node-'));
  const driver = await startDriverProcess(folder, ['--node', '--node-id', 'n1', '--mounts', 'container']);
  try {
    const client = new CsiClient(driver.socket);
    expect(await client.call('NodeGetInfo')).toMatchObject({ nodeId: 'n1' });
    // Of the program as a whole, whichever part of it is asked.
    expect((await client.call('GetPluginCapabilities')).capabilities).toMatchObject([
      { service: { type: 'CONTROLLER_SERVICE' } },
      { volumeExpansion: { type: 'ONLINE' } },
    ]);
    expect(await client.codeOf('NodeStageVolume', {})).toBe('INVALID_ARGUMENT');
    expect(await client.codeOf('NodeUnpublishVolume', { volumeId: 'a', targetPath: join(folder, 'never') })).toBe('OK');
    expect(await client.codeOf('CreateVolume', {})).toBe('UNIMPLEMENTED');
  } finally {
    await driver.stop();
    rmSync(folder, { recursive: true });
  }
});
