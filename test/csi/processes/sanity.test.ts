import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CsiClient } from '../support/csi-client.js';
import { CsiRig, START_LIMIT_MS } from '../support/csi-rig.js';
import { type DriverProcess, startDriverProcess } from '../support/driver-process.js';
import { FuseMount } from '../support/fuse-mount.js';
import { gib } from '../support/requests.js';

/*
 * A controller and a node in one driver, asked as kubernetes-csi's csi-sanity asks: its sizes, its folders, which it makes and
 * removes itself, ids that are none, calls ten times over, and what it does to tidy up after each of its cases.
 */

const PRETEND_GLUSTER = resolve(import.meta.dirname, '../pretend-gluster');
const SIZE_GIB = 10;
const TIMES = 10;
const FAKE_ID = 'fake-vol-id-0123456789';

const reason = FuseMount.whyNone();
if (reason !== null) console.log(`SKIPPED: volumes of csi-sanity that are mounted, since ${reason}`);

const of = (mode: string) => ({ mount: {}, accessMode: { mode } });

let rig: CsiRig;
let folder: string;
let driver: DriverProcess;
let csi: CsiClient;
let parameters: Record<string, string>;
let secrets: Record<string, string>;

beforeAll(async () => {
  rig = await CsiRig.start();
}, START_LIMIT_MS);

afterAll(() => rig?.remove());

interface Setting {
  readonly args: () => readonly string[];
  readonly parameters: () => Record<string, string>;
  readonly secrets: () => Record<string, string>;
}

/** Where the driver learns of its server. */
const SETTINGS: Readonly<Record<string, Setting>> = {
  'on the command line': { args: () => ['--server', rig.base], parameters: () => ({}), secrets: () => ({}) },
  'by parameters': { args: () => [], parameters: () => ({ resturl: rig.base }), secrets: () => ({}) },
  'by secrets': { args: () => [], parameters: () => ({}), secrets: () => ({ url: rig.base, user: 'admin', key: 'k' }) },
};

function create(name: string, mode = 'SINGLE_NODE_WRITER', more: object = {}) {
  const capacityRange = { requiredBytes: gib(SIZE_GIB), limitBytes: gib(SIZE_GIB) };
  const request = { name, capacityRange, volumeCapabilities: [of(mode)], parameters, secrets, ...more };
  return csi.call('CreateVolume', request);
}

const listed = async (): Promise<number> => (await csi.call('ListVolumes')).entries.length;

describe.each(Object.entries(SETTINGS))('with a server named %s', (_how, setting) => {
  let staging: string;
  let parent: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'csi-sanity-'));
    const env = { PATH: [PRETEND_GLUSTER, process.env.PATH].join(delimiter) };
    const args = ['--controller', '--node', '--mounts', 'container', '--log-dir', folder, ...setting.args()];
    driver = await startDriverProcess(folder, args, env);
    csi = new CsiClient(driver.socket);
    [parameters, secrets] = [setting.parameters(), setting.secrets()];
  }, START_LIMIT_MS);

  afterAll(async () => {
    await driver?.kill();
    rmSync(folder, { recursive: true });
  });

  beforeEach(() => {
    // As csi-sanity joins them where TMPDIR ends with a slash.
    [parent, staging] = [`${folder}//csi-mount`, `${folder}//csi-staging`];
    for (const path of [parent, staging]) mkdirSync(path);
  });

  /** Whatever a case has left: unpublish, unstage and delete are asked for of each volume, and then the folders are empty. */
  const volumes: string[] = [];
  afterEach(async () => {
    for (const volumeId of volumes.splice(0).toReversed()) {
      await csi.call('NodeUnpublishVolume', { volumeId, targetPath: `${parent}/target` });
      await csi.call('NodeUnstageVolume', { volumeId, stagingTargetPath: staging });
      await csi.call('DeleteVolume', { volumeId, secrets });
    }
    for (const path of [parent, staging]) rmdirSync(path);
    expect((await rig.volumes()).map(({ client_name }) => client_name)).toEqual([]);
  });

  async function volume(name: string, mode?: string, more?: object) {
    const { volume: made } = await create(name, mode, more);
    volumes.push(made.volumeId);
    return made;
  }

  it('volumes are made once for a name, listed, confirmed, expanded and deleted', async () => {
    const before = await listed();
    const name = 'n'.repeat(128);
    const made = await volume(name);
    expect(made.capacityBytes).toBe(gib(SIZE_GIB));
    expect((await create(name)).volume.volumeId).toBe(made.volumeId);
    const other = { capacityRange: { requiredBytes: gib(2 * SIZE_GIB), limitBytes: gib(2 * SIZE_GIB) } };
    await expect(create(name, 'SINGLE_NODE_WRITER', other)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(await listed()).toBe(before + 1);
    const { volumeId } = made;
    const asked = { volumeId, volumeCapabilities: [of('SINGLE_NODE_WRITER')], secrets };
    const { confirmed } = await csi.call('ValidateVolumeCapabilities', asked);
    expect(confirmed.volumeCapabilities).toHaveLength(1);
    const capacityRange = { requiredBytes: gib(SIZE_GIB + 1) };
    const expansion = { volumeId, capacityRange, secrets, volumeCapability: of('SINGLE_NODE_WRITER') };
    expect(await csi.call('ControllerExpandVolume', expansion)).toMatchObject({ capacityBytes: gib(SIZE_GIB + 1) });
    for (let i = 0; i < 2; i++) await csi.call('DeleteVolume', { volumeId, secrets });
    expect(await listed()).toBe(before);
  });

  it('a clone is one of its source, and tells so', async () => {
    const { volumeId } = await volume('source');
    const volumeContentSource = { volume: { volumeId } };
    expect(await volume('clone', 'SINGLE_NODE_WRITER', { volumeContentSource })).toMatchObject({
      contentSource: volumeContentSource,
    });
  });

  it.each([
    ['GetCapacity', {}, 'OK'],
    ['ListVolumes', { startingToken: 'invalid-token' }, 'ABORTED'],
    ['CreateVolume', {}, 'INVALID_ARGUMENT'],
    ['CreateVolume', { name: 'no capabilities' }, 'INVALID_ARGUMENT'],
    ['DeleteVolume', {}, 'INVALID_ARGUMENT'],
    ['DeleteVolume', { volumeId: FAKE_ID }, 'OK'],
    ['ValidateVolumeCapabilities', {}, 'INVALID_ARGUMENT'],
    ['ValidateVolumeCapabilities', { volumeId: FAKE_ID, volumeCapabilities: [of('SINGLE_NODE_WRITER')] }, 'NOT_FOUND'],
    ['ControllerGetVolume', {}, 'INVALID_ARGUMENT'],
    ['ControllerGetVolume', { volumeId: FAKE_ID }, 'NOT_FOUND'],
    ['ControllerExpandVolume', { capacityRange: { requiredBytes: gib(1) } }, 'INVALID_ARGUMENT'],
    ['ControllerExpandVolume', {}, 'INVALID_ARGUMENT'],
    ['NodeStageVolume', { stagingTargetPath: '/x', volumeCapability: of('SINGLE_NODE_WRITER') }, 'INVALID_ARGUMENT'],
    ['NodeStageVolume', { volumeId: FAKE_ID, volumeCapability: of('SINGLE_NODE_WRITER') }, 'INVALID_ARGUMENT'],
    ['NodeStageVolume', { volumeId: FAKE_ID, stagingTargetPath: '/x' }, 'INVALID_ARGUMENT'],
    ['NodeUnstageVolume', { stagingTargetPath: '/x' }, 'INVALID_ARGUMENT'],
    ['NodeUnstageVolume', { volumeId: FAKE_ID }, 'INVALID_ARGUMENT'],
    ['NodePublishVolume', {}, 'INVALID_ARGUMENT'],
    ['NodePublishVolume', { volumeId: FAKE_ID }, 'INVALID_ARGUMENT'],
    ['NodePublishVolume', { volumeId: FAKE_ID, targetPath: '/x' }, 'INVALID_ARGUMENT'],
    ['NodeUnpublishVolume', {}, 'INVALID_ARGUMENT'],
    ['NodeUnpublishVolume', { volumeId: FAKE_ID }, 'INVALID_ARGUMENT'],
    ['NodeGetVolumeStats', { volumePath: 'some/path' }, 'INVALID_ARGUMENT'],
    ['NodeGetVolumeStats', { volumeId: FAKE_ID }, 'INVALID_ARGUMENT'],
    ['NodeGetVolumeStats', { volumeId: FAKE_ID, volumePath: 'some/path' }, 'NOT_FOUND'],
  ])('%s of %j is %s', async (name, request, code) => {
    expect(await csi.codeOf(name, { ...request, parameters, secrets })).toBe(code);
  });

  it('a clone of an id that is none is NOT_FOUND', async () => {
    const source = { volumeContentSource: { volume: { volumeId: FAKE_ID } } };
    await expect(create('of nothing', 'SINGLE_NODE_WRITER', source)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  describe.skipIf(reason !== null)('and mounts', () => {
    it.each([1, TIMES])(
      'a volume is staged and published %i times, has figures, and its path is gone',
      async (times) => {
        const { volumeId, volumeContext } = await volume('mounted');
        const volumeCapability = of('SINGLE_NODE_WRITER');
        const staged = { volumeId, volumeCapability, volumeContext, stagingTargetPath: staging };
        for (let i = 0; i < times; i++) await csi.call('NodeStageVolume', staged);
        const targetPath = `${parent}/target`;
        for (let i = 0; i < times; i++) await csi.call('NodePublishVolume', { ...staged, targetPath });
        expect(existsSync(targetPath)).toBe(true);
        const { usage } = await csi.call('NodeGetVolumeStats', { volumeId, volumePath: targetPath });
        expect(usage).toHaveLength(2);
        expect(await csi.codeOf('NodeGetVolumeStats', { volumeId, volumePath: 'some/path' })).toBe('NOT_FOUND');
        for (let i = 0; i < times; i++) await csi.call('NodeUnpublishVolume', { volumeId, targetPath });
        expect(existsSync(targetPath)).toBe(false);
      },
    );

    it('a volume of one writer is not published at a second path, which is not made', async () => {
      const mode = 'SINGLE_NODE_SINGLE_WRITER';
      const { volumeId, volumeContext } = await volume('one writer', mode);
      const staged = { volumeId, volumeCapability: of(mode), volumeContext, stagingTargetPath: staging };
      await csi.call('NodeStageVolume', staged);
      await csi.call('NodePublishVolume', { ...staged, targetPath: `${parent}/target` });
      const second = { ...staged, targetPath: `${parent}/other_target` };
      expect(await csi.codeOf('NodePublishVolume', second)).toBe('FAILED_PRECONDITION');
      expect(existsSync(second.targetPath)).toBe(false);
    });
  });
});
