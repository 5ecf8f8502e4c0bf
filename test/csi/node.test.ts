import { beforeEach, describe, expect, it } from 'vitest';
import { GlusterClient } from '../../src/csi/node/gluster-client.js';
import { chooseMountLife, type MountLife } from '../../src/csi/node/mount-life.js';
import { nodeCalls } from '../../src/csi/node/node-calls.js';
import { SimulatedHost } from './support/simulated-host.js';

const STAGING = '/var/lib/kubelet/plugins/x y/globalmount';
const TARGET = '/var/lib/kubelet/pods/1/volumes/with\\back\nslash/mount';
const WRITER = { mount: { fsType: '', mountFlags: [] as string[] }, accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' } };

const FOLDERS = { logs: '/logs', passing: '/csi/passing' };

let host: SimulatedHost;
let warnings: string[];

beforeEach(() => {
  host = new SimulatedHost();
  warnings = [];
});

const log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (_fields: object, message: string) => void warnings.push(message),
  error: () => undefined,
};

function call(name: string, request: object, life: MountLife = { where: 'container', prefix: [] }): Promise<unknown> {
  const calls = nodeCalls('node-1', { host, client: new GlusterClient(host, life, FOLDERS), log });
  return calls[name]?.(request as never) ?? Promise.reject(new Error(`there is no call ${name}`));
}

/** The code that a call ends with. */
function codeOf(name: string, request: object): Promise<string> {
  return call(name, request).then(
    () => 'OK',
    ({ code }: { code: string }) => code,
  );
}

function staged(overrides: object = {}) {
  return {
    volumeId: 'id-a',
    stagingTargetPath: STAGING,
    volumeCapability: WRITER,
    volumeContext: { volume: 'vol_a', hosts: '10.0.0.1,10.0.0.2,10.0.0.3' },
    ...overrides,
  };
}

function published(overrides: object = {}) {
  return { ...staged(), targetPath: TARGET, readonly: false, ...overrides };
}

const withFlags = (...mountFlags: string[]) => ({ volumeCapability: { ...WRITER, mount: { fsType: '', mountFlags } } });
const withMode = (mode: string) => ({ volumeCapability: { ...WRITER, accessMode: { mode } } });
const withReading = (mode: string, flags: string) => ({
  volumeCapability: { mount: { fsType: '', mountFlags: [flags] }, accessMode: { mode } },
});
/** What volumes can't be. */
const UNSUPPORTED: readonly (readonly [string, object])[] = [
  ['a block device', { volumeCapability: { block: {}, accessMode: WRITER.accessMode } }],
  ['another file system', { volumeCapability: { ...WRITER, mount: { fsType: 'xfs', mountFlags: [] } } }],
  ['a mode of a later version', { volumeCapability: { ...WRITER, accessMode: { mode: 99 } } }],
];
const mountCommands = () => host.commands.filter((argv) => argv.includes('glusterfs'));

async function stageAndPublish(overrides: object = {}): Promise<void> {
  await call('NodeStageVolume', staged());
  await call('NodePublishVolume', published(overrides));
}

describe('staging', () => {
  it('mounts the volume once, with the other hosts and a log of its own', async () => {
    for (let i = 0; i < 2; i++)
      await call('NodeStageVolume', staged(withFlags('log-level=WARNING,direct-io-mode=disable')));
    expect(mountCommands()).toEqual([
      [
        'mount',
        '-t',
        'glusterfs',
        '-o',
        expect.stringMatching(
          /^log-level=WARNING,direct-io-mode=disable,backup-volfile-servers=10\.0\.0\.2:10\.0\.0\.3,log-file=\/logs\/vol_a-[0-9a-f]{12}\.log$/,
        ),
        '10.0.0.1:/vol_a',
        STAGING,
      ],
    ]);
    expect(host.pathsOf()).toEqual([STAGING]);
  });

  it('on the host starts the client in a scope of its own there', async () => {
    const life = await chooseMountLife('auto', host, log);
    await call('NodeStageVolume', staged(), life);
    expect(mountCommands()[0]?.slice(0, 16)).toEqual([
      ...['nsenter', '--target', '1', '--mount', '--uts', '--ipc', '--net', '--'],
      ...['systemd-run', '--scope', '--collect', '--quiet', '--', 'mount', '-t', 'glusterfs'],
    ]);
    expect(warnings).toEqual([]);
  });

  it('takes the address of one host, of IPv6 too, backup servers of its own, and labels of SELinux', async () => {
    await call('NodeStageVolume', staged({ volumeContext: { volume: 'vol_a', hosts: 'fd00::1,fd00::2' } }));
    const own = withFlags('backup-volfile-servers=9.9.9.9', 'context="system_u:object_r:container_file_t:s0:c1,c2"');
    await call('NodeStageVolume', staged({ ...own, stagingTargetPath: '/b' }));
    expect(mountCommands().map((argv) => [argv[4]?.replace(/,?log-file=.*/, ''), argv[5]])).toEqual([
      ['', 'fd00::1:/vol_a'],
      ['backup-volfile-servers=9.9.9.9,context="system_u:object_r:container_file_t:s0:c1,c2"', '10.0.0.1:/vol_a'],
    ]);
    expect(await codeOf('NodeStageVolume', staged({ stagingTargetPath: '/b', ...own }))).toBe('OK');
  });

  it('takes what stands in old fstabs and classes', async () => {
    await call('NodeStageVolume', staged(withFlags('_netdev,noatime')));
    expect(mountCommands()[0]?.[4]).toMatch(/^_netdev,noatime,/);
  });

  it.each(['SINGLE_NODE_READER_ONLY', 'MULTI_NODE_READER_ONLY'])('for %s is read-only', async (mode) => {
    await call('NodeStageVolume', staged(withReading(mode, 'ro,rw')));
    expect(mountCommands()[0]?.[4]).toMatch(/^ro,backup/);
    expect(host.mounts).toMatchObject([{ isReadOnly: true }]);
    expect(await codeOf('NodeStageVolume', staged())).toBe('ALREADY_EXISTS');
  });

  it('for readers is so for pods, also with a client whose mounts of that kind the kernel shows as writable', async () => {
    host.showsReadOnly = false;
    const reader = withMode('MULTI_NODE_READER_ONLY');
    for (let i = 0; i < 2; i++) await call('NodeStageVolume', staged(reader));
    for (let i = 0; i < 2; i++) await call('NodePublishVolume', published(reader));
    expect(host.mounts).toMatchObject([{ isReadOnly: false }, { isReadOnly: true, mountPoint: TARGET }]);
    expect(mountCommands()).toHaveLength(1);
  });

  it('tells a volume that there is not from hosts that do not answer, whatever older mounts have logged', async () => {
    host.volumes = new Set();
    expect(await codeOf('NodeStageVolume', staged())).toBe('NOT_FOUND');
    host.volumes = null;
    expect(await codeOf('NodeStageVolume', staged())).toBe('UNAVAILABLE');
    host.breaksOff = true;
    expect(await codeOf('NodeStageVolume', staged())).toBe('UNAVAILABLE');
    host.breaksOff = false;
    host.volumes = new Set(['vol_a']);
    expect(await codeOf('NodeStageVolume', staged())).toBe('OK');
  });

  it('without a client of gluster is FAILED_PRECONDITION', async () => {
    host.failOnce = { word: 'glusterfs', stderr: "mount: /x: unknown filesystem type 'glusterfs'." };
    expect(await codeOf('NodeStageVolume', staged())).toBe('FAILED_PRECONDITION');
    host.missingPrograms.add('mount');
    expect(await codeOf('NodeStageVolume', staged())).toBe('FAILED_PRECONDITION');
  });

  it('makes a dead mount anew, also when files of it are open', async () => {
    await call('NodeStageVolume', staged());
    host.fileSystemAt(STAGING).fares = 'dead';
    host.busy.add(STAGING);
    await call('NodeStageVolume', staged());
    expect(host.pathsOf()).toEqual([STAGING]);
    expect(host.fileSystemAt(STAGING).fares).toBe('well');
    expect(warnings).toEqual(['a dead mount is made anew']);
  });

  it.each(['silent', 'ill', 'unreachable'] as const)(
    'leaves a mount alone that is %s: its process lives, and what was written may be with it',
    async (fares) => {
      await stageAndPublish();
      host.fileSystemAt(STAGING).fares = fares;
      expect(await codeOf('NodeStageVolume', staged())).toBe('UNAVAILABLE');
      expect(await codeOf('NodePublishVolume', published())).toBe('UNAVAILABLE');
      expect(host.pathsOf()).toEqual([STAGING, TARGET]);
    },
  );

  it('where another volume, or something else, is mounted is ALREADY_EXISTS', async () => {
    await call('NodeStageVolume', staged());
    expect(await codeOf('NodeStageVolume', staged({ volumeContext: { volume: 'vol_b', hosts: 'h' } }))).toBe(
      'ALREADY_EXISTS',
    );
    host.mountForeign('/foreign');
    expect(await codeOf('NodeStageVolume', staged({ stagingTargetPath: '/foreign' }))).toBe('ALREADY_EXISTS');
    expect(host.pathsOf()).toEqual([STAGING, '/foreign']);
  });

  it('is no success when its mount is not seen here', async () => {
    host.isShared = false;
    expect(await codeOf('NodeStageVolume', staged())).toBe('INTERNAL');
  });

  it.each([
    ['no volume', { volumeId: '' }],
    ['no path', { stagingTargetPath: '' }],
    ['a relative path', { stagingTargetPath: 'a/b' }],
    ['a path upwards', { stagingTargetPath: '/a/../etc' }],
    ['no capability', { volumeCapability: null }],
    ['no access mode', withMode('UNKNOWN')],
    ['no context', { volumeContext: {} }],
    ['an option for a name', { volumeContext: { volume: '-o', hosts: 'h' } }],
    ['an option for a host', { volumeContext: { volume: 'vol_a', hosts: 'h,-o' } }],
    ['two words for a host', { volumeContext: { volume: 'vol_a', hosts: 'h x' } }],
    ['another log file', withFlags('log-file=/etc/passwd')],
    ['a file for the traffic of the mount', withFlags('dump-fuse=/etc/passwd')],
    ['an option that is a blank line', withFlags('acl\nlog-file=/x')],
    ['a dash in front of an option', withFlags('-o')],
    ['quotes in an option', withFlags('a="b,log-file=/etc/passwd"')],
  ])('with %s is INVALID_ARGUMENT, and runs nothing', async (_what, overrides) => {
    expect(await codeOf('NodeStageVolume', staged(overrides))).toBe('INVALID_ARGUMENT');
    expect(host.commands).toEqual([]);
  });

  it.each(UNSUPPORTED)('as %s is FAILED_PRECONDITION, and runs nothing', async (_what, overrides) => {
    expect(await codeOf('NodeStageVolume', staged(overrides))).toBe('FAILED_PRECONDITION');
    expect(host.commands).toEqual([]);
  });

  it('takes a path however it is written', async () => {
    const written = STAGING.replace('/lib/', '//lib/./');
    await call('NodeStageVolume', staged({ stagingTargetPath: `${written}/` }));
    expect(host.pathsOf()).toEqual([STAGING]);
    await call('NodePublishVolume', published({ stagingTargetPath: written, targetPath: '/tmp//csi-mount/target' }));
    expect(host.pathsOf()).toEqual([STAGING, '/tmp/csi-mount/target']);
    const { usage } = (await call('NodeGetVolumeStats', { volumeId: 'id-a', volumePath: `${written}/` })) as {
      usage: object[];
    };
    expect(usage).toHaveLength(2);
    await call('NodeUnpublishVolume', { volumeId: 'id-a', targetPath: '/tmp//csi-mount/target/' });
    await call('NodeUnstageVolume', { volumeId: 'id-a', stagingTargetPath: written });
    expect(host.pathsOf()).toEqual([]);
    expect(host.directories).not.toContain('/tmp/csi-mount/target');
  });
});

describe('publishing', () => {
  it('binds the staged volume, once', async () => {
    await stageAndPublish();
    await call('NodePublishVolume', published());
    expect(host.pathsOf()).toEqual([STAGING, TARGET]);
    expect(host.fileSystemAt(TARGET)).toBe(host.fileSystemAt(STAGING));
  });

  it('of several volumes and paths goes on side by side', async () => {
    const other = { volumeId: 'id-b', volumeContext: { volume: 'vol_b', hosts: 'h' }, stagingTargetPath: '/b/staged' };
    await stageAndPublish();
    await call('NodePublishVolume', published({ targetPath: '/second' }));
    await call('NodeStageVolume', staged(other));
    await call('NodePublishVolume', published({ ...other, targetPath: '/b/pod' }));
    await call('NodeUnpublishVolume', { volumeId: 'id-a', targetPath: TARGET });
    expect(host.pathsOf()).toEqual([STAGING, '/second', '/b/staged', '/b/pod']);
  });

  it('where the host would not see the bind is refused when mounts live there, and said otherwise', async () => {
    const life = await chooseMountLife('auto', host, log);
    host.isSharedBack = false;
    await call('NodeStageVolume', staged(), life);
    await expect(call('NodePublishVolume', published(), life)).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    expect(host.pathsOf()).toEqual([STAGING]);
    await call('NodePublishVolume', published());
    expect(warnings).toEqual([expect.stringContaining('not shared')]);
  });

  it('read-only is it from the first moment, and can not be had beside the other', async () => {
    await stageAndPublish({ readonly: true });
    expect(host.mounts.map(({ isReadOnly }) => isReadOnly)).toEqual([false, true]);
    expect(host.commands.findLast((argv) => argv.includes('remount,bind,ro'))).not.toContain(TARGET);
    expect(host.directories).not.toContain(host.commands.findLast((argv) => argv[0] === 'umount')?.at(-1));
    expect(await codeOf('NodePublishVolume', published({ readonly: true }))).toBe('OK');
    expect(await codeOf('NodePublishVolume', published())).toBe('ALREADY_EXISTS');
    await call('NodePublishVolume', published({ targetPath: '/second' }));
    expect(await codeOf('NodePublishVolume', published({ targetPath: '/second', readonly: true }))).toBe(
      'ALREADY_EXISTS',
    );
  });

  it('read-only takes away what an earlier call has left on the way to it', async () => {
    await stageAndPublish({ readonly: true });
    const between = host.commands.findLast((argv) => argv[0] === 'umount')?.at(-1) ?? '';
    await call('NodeUnpublishVolume', { volumeId: 'id-a', targetPath: TARGET });
    await host.makeDirectory(between);
    for (let i = 0; i < 2; i++) await host.run(['mount', '--bind', STAGING, between]);
    await call('NodePublishVolume', published({ readonly: true }));
    expect(host.mounts).toMatchObject([{ isReadOnly: false }, { isReadOnly: true, mountPoint: TARGET }]);
  });

  it('read-only leaves nothing that could be written to when the right can not be taken', async () => {
    await call('NodeStageVolume', staged());
    host.failOnce = { word: 'remount,bind,ro', stderr: 'mount: permission denied' };
    expect(await codeOf('NodePublishVolume', published({ readonly: true }))).toBe('INTERNAL');
    expect(host.pathsOf()).toEqual([STAGING]);
  });

  it('of a volume whose mount has died makes both anew', async () => {
    await stageAndPublish();
    host.fileSystemAt(STAGING).fares = 'dead';
    await call('NodePublishVolume', published());
    expect(host.pathsOf().toSorted()).toEqual([STAGING, TARGET].toSorted());
    expect(host.fileSystemAt(TARGET).fares).toBe('well');
    expect(host.fileSystemAt(TARGET)).toBe(host.fileSystemAt(STAGING));
  });

  it('mounts again what could not be mounted anew when it had died, though the orchestrator does not stage twice', async () => {
    await stageAndPublish();
    host.fileSystemAt(STAGING).fares = 'dead';
    host.volumes = null;
    for (let i = 0; i < 2; i++) expect(await codeOf('NodePublishVolume', published())).toBe('UNAVAILABLE');
    host.volumes = new Set(['vol_a']);
    await call('NodePublishVolume', published());
    expect(host.pathsOf().toSorted()).toEqual([STAGING, TARGET].toSorted());
    expect(host.fileSystemAt(TARGET)).toBe(host.fileSystemAt(STAGING));
  });

  it('of a volume that is not staged is FAILED_PRECONDITION', async () => {
    expect(await codeOf('NodePublishVolume', published())).toBe('FAILED_PRECONDITION');
    expect(await codeOf('NodePublishVolume', published({ stagingTargetPath: '' }))).toBe('FAILED_PRECONDITION');
    host.mountForeign(STAGING);
    expect(await codeOf('NodePublishVolume', published())).toBe('FAILED_PRECONDITION');
    expect(host.pathsOf()).toEqual([STAGING]);
  });

  it('where something else is mounted is ALREADY_EXISTS', async () => {
    await call('NodeStageVolume', staged());
    host.mountForeign(TARGET);
    expect(await codeOf('NodePublishVolume', published())).toBe('ALREADY_EXISTS');
  });

  it.each(['SINGLE_NODE_SINGLE_WRITER', 'SINGLE_NODE_READER_ONLY'])(
    'a second path of a volume of the mode %s is FAILED_PRECONDITION, and is not made',
    async (mode) => {
      const single = withMode(mode);
      await call('NodeStageVolume', staged(single));
      await call('NodePublishVolume', published(single));
      // As the kubelet binds the subPath of a container.
      host.directories.add('/pods/1/volume-subpaths/0');
      await host.run(['mount', '--bind', TARGET, '/pods/1/volume-subpaths/0']);
      expect(await codeOf('NodePublishVolume', published(single))).toBe('OK');
      for (const readonly of [false, true])
        expect(await codeOf('NodePublishVolume', published({ ...single, targetPath: '/second', readonly }))).toBe(
          'FAILED_PRECONDITION',
        );
      expect(host.directories).not.toContain('/second');
    },
  );

  it('a second path is refused with the modes that allow it', async () => {
    const single = withMode('SINGLE_NODE_SINGLE_WRITER');
    await call('NodeStageVolume', staged(single));
    await call('NodePublishVolume', published(single));
    await expect(call('NodePublishVolume', published({ ...single, targetPath: '/second' }))).rejects.toThrow(
      /SINGLE_NODE_WRITER, SINGLE_NODE_MULTI_WRITER and the modes for several nodes allow more/,
    );
  });

  it.each([
    'SINGLE_NODE_MULTI_WRITER',
    // What kubelets before 1.27 say for ReadWriteOnce.
    'SINGLE_NODE_WRITER',
    'MULTI_NODE_READER_ONLY',
    'MULTI_NODE_SINGLE_WRITER',
    'MULTI_NODE_MULTI_WRITER',
  ])('a second path of a volume of the mode %s is another bind', async (mode) => {
    await call('NodeStageVolume', staged(withMode(mode)));
    await call('NodePublishVolume', published(withMode(mode)));
    await call('NodePublishVolume', published({ ...withMode(mode), targetPath: '/second', readonly: true }));
    expect(host.pathsOf()).toEqual([STAGING, TARGET, '/second']);
  });

  it.each(UNSUPPORTED)('as %s is FAILED_PRECONDITION', async (_what, overrides) => {
    await call('NodeStageVolume', staged());
    expect(await codeOf('NodePublishVolume', published(overrides))).toBe('FAILED_PRECONDITION');
    expect(host.pathsOf()).toEqual([STAGING]);
  });

  it.each([
    ['no volume', { volumeId: '' }],
    ['no target', { targetPath: '' }],
    ['the root', { targetPath: '/' }],
    ['no capability', { volumeCapability: null }],
  ])('with %s is INVALID_ARGUMENT', async (_what, overrides) => {
    await call('NodeStageVolume', staged());
    expect(await codeOf('NodePublishVolume', published(overrides))).toBe('INVALID_ARGUMENT');
    expect(host.pathsOf()).toEqual([STAGING]);
  });

  it('twice at once on a volume is ABORTED for one of them', async () => {
    const calls = nodeCalls('n', {
      host,
      client: new GlusterClient(host, { where: 'container', prefix: [] }, FOLDERS),
      log,
    });
    const both = [1, 2].map(() =>
      calls['NodeStageVolume']?.(staged() as never).then(
        () => 'OK',
        (error: { code: string }) => error.code,
      ),
    );
    expect((await Promise.all(both)).toSorted()).toEqual(['ABORTED', 'OK']);
  });
});

describe('unpublishing', () => {
  const gone = { volumeId: 'id-a', targetPath: TARGET };

  it('takes down all that is stacked there, and its empty folder, and is done when asked again', async () => {
    await stageAndPublish();
    await host.run(['mount', '--bind', STAGING, TARGET]);
    for (let i = 0; i < 2; i++) await call('NodeUnpublishVolume', gone);
    expect(host.pathsOf()).toEqual([STAGING]);
    expect(host.directories.has(TARGET)).toBe(false);
  });

  it('leaves a folder that has something in it, and says so', async () => {
    await stageAndPublish();
    host.filled.add(TARGET);
    expect(await codeOf('NodeUnpublishVolume', gone)).toBe('INTERNAL');
    expect(host.pathsOf()).toEqual([STAGING]);
    expect(host.directories.has(TARGET)).toBe(true);
  });

  it('touches no folder while something is mounted there', async () => {
    await stageAndPublish();
    host.busy.add(TARGET);
    expect(await codeOf('NodeUnpublishVolume', gone)).toBe('INTERNAL');
    expect(host.pathsOf()).toEqual([STAGING, TARGET]);
    expect(host.directories.has(TARGET)).toBe(true);
  });

  it('leaves what somebody else has mounted', async () => {
    host.mountForeign(TARGET);
    expect(await codeOf('NodeUnpublishVolume', gone)).toBe('INTERNAL');
    expect(host.pathsOf()).toEqual([TARGET]);
  });

  it('takes a dead mount down', async () => {
    await stageAndPublish();
    host.fileSystemAt(TARGET).fares = 'dead';
    host.busy.add(TARGET);
    await call('NodeUnpublishVolume', gone);
    expect(host.pathsOf()).toEqual([STAGING]);
  });

  it.each(['silent', 'ill', 'unreachable'] as const)(
    'of a mount that is %s takes down what nobody uses, and nothing that somebody does',
    async (fares) => {
      await stageAndPublish();
      host.fileSystemAt(TARGET).fares = fares;
      host.busy.add(TARGET);
      expect(await codeOf('NodeUnpublishVolume', gone)).toBe('INTERNAL');
      host.busy.clear();
      expect(await codeOf('NodeUnpublishVolume', gone)).toBe('OK');
      expect(host.pathsOf()).toEqual([STAGING]);
    },
  );

  it.each([
    ['NodeUnpublishVolume', { volumeId: '', targetPath: TARGET }],
    ['NodeUnpublishVolume', { volumeId: 'a', targetPath: '' }],
    ['NodeUnstageVolume', { volumeId: '', stagingTargetPath: STAGING }],
    ['NodeUnstageVolume', { volumeId: 'a', stagingTargetPath: '' }],
  ])('%s of %j is INVALID_ARGUMENT', async (name, request) => {
    expect(await codeOf(name, request)).toBe('INVALID_ARGUMENT');
  });

  it('unstaging leaves the orchestrator’s folder', async () => {
    await call('NodeStageVolume', staged());
    for (let i = 0; i < 2; i++) await call('NodeUnstageVolume', { volumeId: 'id-a', stagingTargetPath: STAGING });
    expect(host.pathsOf()).toEqual([]);
    expect(host.directories.has(STAGING)).toBe(true);
  });
});

describe('the figures of a volume', () => {
  const asked = { volumeId: 'id-a', volumePath: TARGET, stagingTargetPath: '' };

  it('are those of its file system', async () => {
    await stageAndPublish();
    expect(await call('NodeGetVolumeStats', asked)).toEqual({
      usage: [
        { total: '4096000', available: '2048000', used: '1638400', unit: 'BYTES' },
        { total: '64', available: '60', used: '4', unit: 'INODES' },
      ],
      volumeCondition: { abnormal: false, message: 'the mount answers' },
    });
  });

  it.each(['dead', 'silent', 'ill', 'unreachable'] as const)(
    'of a mount that is %s are none, and its condition is abnormal',
    async (fares) => {
      await stageAndPublish();
      host.fileSystemAt(TARGET).fares = fares;
      expect(await call('NodeGetVolumeStats', asked)).toMatchObject({ usage: [], volumeCondition: { abnormal: true } });
    },
  );

  it('have a condition whose text the specification allows, whatever is said of the mount', async () => {
    const volumePath = `/${'long/'.repeat(50)}path`;
    await call('NodeStageVolume', staged());
    await call('NodePublishVolume', published({ targetPath: volumePath }));
    host.fileSystemAt(volumePath).fares = 'ill';
    const { volumeCondition } = (await call('NodeGetVolumeStats', { ...asked, volumePath })) as {
      volumeCondition: { message: string };
    };
    expect(volumeCondition.message).toMatch(/^the mount does not answer: .*…$/);
    expect(Buffer.byteLength(volumeCondition.message)).toBeLessThanOrEqual(128);
  });

  it('of a path where no volume is are NOT_FOUND', async () => {
    expect(await codeOf('NodeGetVolumeStats', asked)).toBe('NOT_FOUND');
    for (const volumePath of ['some/path', '/a/../b', '/'])
      expect(await codeOf('NodeGetVolumeStats', { ...asked, volumePath })).toBe('NOT_FOUND');
    host.mountForeign(TARGET);
    expect(await codeOf('NodeGetVolumeStats', asked)).toBe('NOT_FOUND');
  });

  it.each([{ volumeId: '' }, { volumePath: '' }])('asked with %j are INVALID_ARGUMENT', async (overrides) => {
    expect(await codeOf('NodeGetVolumeStats', { ...asked, ...overrides })).toBe('INVALID_ARGUMENT');
  });
});

it('a mount table that changed while it was read is read again', async () => {
  await call('NodeStageVolume', staged());
  const whole = await host.mountInfo();
  const readings = [whole.slice(0, 40), whole, whole];
  host.mountInfo = async () => readings.shift() ?? whole;
  await call('NodeStageVolume', staged());
  expect(mountCommands()).toHaveLength(1);
});

describe('where mounts live', () => {
  it.each(['nsenter', 'systemd-run', 'test', '--collect'])(
    'is the container, and said, where the host has no %s',
    async (program) => {
      host.missingPrograms.add(program);
      expect(await chooseMountLife('auto', host, log)).toEqual({ where: 'container', prefix: [] });
      expect(warnings).toEqual([expect.stringContaining('they end when it ends')]);
      await expect(chooseMountLife('host', host, log)).rejects.toThrow(/--mounts host: .*hostPID/);
    },
  );

  it.each(['auto', 'host'] as const)(
    'is not decided (%s) while the host does not answer: the next start tries again',
    async (wanted) => {
      host.silentPrograms.add('systemd-run');
      await expect(chooseMountLife(wanted, host, log)).rejects.toThrow(/did not end in time/);
      expect(warnings).toEqual([]);
    },
  );

  it('is the container where it was asked for', async () => {
    expect(await chooseMountLife('container', host, log)).toEqual({ where: 'container', prefix: [] });
    expect(host.commands).toEqual([]);
    expect(warnings).toHaveLength(1);
  });
});

it('a node tells its name, and what it can', async () => {
  expect(await call('NodeGetInfo', {})).toEqual({ nodeId: 'node-1' });
  expect(await call('NodeGetCapabilities', {})).toEqual({
    capabilities: ['STAGE_UNSTAGE_VOLUME', 'GET_VOLUME_STATS', 'VOLUME_CONDITION', 'SINGLE_NODE_MULTI_WRITER'].map(
      (type) => ({ rpc: { type } }),
    ),
  });
});
