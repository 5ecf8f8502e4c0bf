import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GlusterClient } from '../../../src/csi/node/gluster-client.js';
import type { NodeHost } from '../../../src/csi/node/host.js';
import { linuxHost } from '../../../src/csi/node/linux-host.js';
import { nodeCalls } from '../../../src/csi/node/node-calls.js';
import { ERRORS, FuseMount } from '../support/fuse-mount.js';

const reason = FuseMount.whyNone();
if (reason !== null) console.log(`SKIPPED: FUSE mounts of the CSI node service, since ${reason}`);

/** Short, so that what hangs is told of soon; nothing depends on how long it takes. */
const LIMITS = { mountMs: 2000, umountMs: 2000, statMs: 1000 };

describe.skipIf(reason !== null)('a FUSE mount', () => {
  let folder: string;
  let staging: string;
  let mount: FuseMount;
  let commands: string[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'csi-fuse-'));
    staging = join(folder, 'staged');
    mkdirSync(staging);
    commands = [];
    mount = await FuseMount.make(folder, staging, 'h1:/vol_x');
  });

  afterEach(async () => {
    await mount.remove();
    rmSync(folder, { recursive: true });
  });

  const host: NodeHost = {
    ...linuxHost,
    run(argv, timeoutMs) {
      commands.push(argv[0] ?? '');
      return linuxHost.run(argv, timeoutMs);
    },
  };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  let calls: ReturnType<typeof nodeCalls>;
  beforeEach(() => {
    const client = new GlusterClient(
      host,
      { where: 'container', prefix: [] },
      { logs: folder, passing: join(folder, 'passing') },
      LIMITS,
    );
    calls = nodeCalls('n', { host, client, log });
  });

  const call = (name: string, more: object = {}): Promise<unknown> => {
    const request = {
      volumeId: 'id',
      stagingTargetPath: staging,
      targetPath: join(folder, 'pod'),
      volumePath: staging,
      volumeCapability: { mount: { fsType: '', mountFlags: [] }, accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' } },
      volumeContext: { volume: 'vol_x', hosts: 'h1' },
      readonly: false,
      ...more,
    };
    return calls[name]?.(request as never) ?? Promise.reject(new Error(name));
  };

  it('that answers has figures, and stays as it is', async () => {
    expect(await call('NodeGetVolumeStats')).toMatchObject({
      usage: [
        { unit: 'BYTES', total: '4096000', available: '2048000', used: '1638400' },
        { unit: 'INODES', total: '64', available: '60', used: '4' },
      ],
      volumeCondition: { abnormal: false },
    });
    await call('NodeStageVolume');
    expect(commands.filter((program) => program === 'mount')).toEqual([]);
  });

  it('that never answers is told of, though what asks it can not be killed, and is not asked by a second one meanwhile', async () => {
    await mount.answers('never');
    for (let i = 0; i < 3; i++)
      expect(await call('NodeGetVolumeStats')).toMatchObject({ usage: [], volumeCondition: { abnormal: true } });
    await expect(call('NodeStageVolume')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    for (let i = 0; i < 2; i++) await expect(call('NodeUnstageVolume')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(commands).toEqual(['stat', 'umount']);
  });

  it.each(Object.entries(ERRORS))('that answers %s, while its process lives, is left alone', async (_name, error) => {
    await mount.answers(error);
    expect(await call('NodeGetVolumeStats')).toMatchObject({ usage: [], volumeCondition: { abnormal: true } });
    await expect(call('NodeStageVolume')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(commands).toEqual(['stat', 'stat']);
    await call('NodeUnstageVolume');
    expect(commands).toEqual(['stat', 'stat', 'stat', 'umount']);
  });

  it('whose process was killed is taken down, also after it hung', async () => {
    await mount.answers('never');
    expect(await call('NodeGetVolumeStats')).toMatchObject({ volumeCondition: { abnormal: true } });
    await mount.kill();
    await expect.poll(() => call('NodeUnstageVolume').then(() => 'OK', String)).toBe('OK');
    expect(await linuxHost.mountInfo()).not.toContain(staging);
  });
});
