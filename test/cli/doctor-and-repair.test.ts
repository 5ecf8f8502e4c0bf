import { expect, it } from 'vitest';
import { asyncScript } from './support/fake-server.js';
import { withServer } from './support/run.js';
import { NODE_ID } from './support/samples.js';

const check = (name: string, result: string, detail: string, advice: string | null = null) => ({
  name,
  result,
  detail,
  advice,
  isMendedByWiping: false,
});
const preflight = {
  nodeId: NODE_ID,
  host: 'h1',
  device: '/dev/sdb',
  sizeKib: 1048576,
  isUsable: true,
  isUsableIfWiped: true,
  checks: [
    check('device', 'ok', '/dev/sdb is a block device'),
    check('tools', 'warning', 'no thin_check', 'install it'),
  ],
};
const ROUTE = 'POST /devices/preflight';

it('device doctor shows each check, and what to do', async () => {
  await withServer({ [ROUTE]: { body: preflight } }, async (server, run) => {
    expect(await run(['device', 'doctor', NODE_ID, '/dev/sdb'])).toMatchObject({
      exit: 0,
      stdout: [
        'Device: /dev/sdb',
        'Host: h1',
        '  device  ok       /dev/sdb is a block device',
        '  tools   WARNING  no thin_check',
        '                   -> install it',
        'Result: the device can be added',
        '',
      ].join('\n'),
    });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ node: NODE_ID, name: '/dev/sdb' });
  });
});

it('device doctor fails for a device that can not be added, with --json as well', async () => {
  const refused = { ...preflight, isUsable: false, checks: [check('contents', 'problem', 'ext4', 'wipe it')] };
  await withServer({ [ROUTE]: { body: refused } }, async (_server, run) => {
    const text = await run(['device', 'doctor', NODE_ID, '/dev/sdb']);
    expect(text.stdout).toContain('Result: the device can only be added with --destroy-existing-data');
    expect(text).toMatchObject({ exit: 255, stderr: 'Error: device /dev/sdb can not be added as it is\n' });
    const json = await run(['device', 'doctor', NODE_ID, '/dev/sdb', '--json']);
    expect(json.exit).toBe(255);
    expect(JSON.parse(json.stdout)).toEqual(refused);
  });
  await withServer({ [ROUTE]: { body: { ...refused, isUsableIfWiped: false } } }, async (_server, run) => {
    const { stdout } = await run(['device', 'doctor', NODE_ID, '/dev/sdb']);
    expect(stdout).toContain('Result: the device can not be added as it is');
  });
});

const health = (condition: string, change: object = {}) => ({
  deviceId: 'd1',
  deviceName: '/dev/sdb',
  nodeId: NODE_ID,
  host: 'h1',
  condition,
  reason: '',
  bricksDown: [],
  notes: [],
  checkedAt: null,
  command: null,
  ...change,
});

it('device doctor without arguments shows how all devices were last seen', async () => {
  const devices = [health('ok', { notes: ['1 logical volume more'] }), health('unknown', { reason: 'not asked' })];
  await withServer({ 'GET /devices/health': { body: { devices } } }, async (_server, run) => {
    expect(await run(['device', 'doctor'])).toMatchObject({
      exit: 0,
      stdout: 'ok       h1 /dev/sdb d1\n  note: 1 logical volume more\nunknown  h1 /dev/sdb d1\n  not asked\n',
    });
  });
});

it('device doctor of a device has its host asked, shows what to type, and fails when it is not well', async () => {
  const broken = health('broken', { reason: 'lvm does not show it', command: 'heketi-cli device remove d1' });
  await withServer({ 'POST /devices/d1/health': { body: broken } }, async (_server, run) => {
    expect(await run(['device', 'doctor', 'd1'])).toMatchObject({
      exit: 255,
      stdout: 'broken  h1 /dev/sdb d1\n  lvm does not show it\n  -> heketi-cli device remove d1\n',
      stderr: 'Error: 1 of the devices is not well\n',
    });
    const json = await run(['device', 'doctor', 'd1', '--json']);
    expect(json.exit).toBe(255);
    expect(JSON.parse(json.stdout)).toEqual(broken);
  });
});

const finding = (outcome: string) => ({
  kind: 'not mounted',
  volumeId: 'v',
  volumeName: 'vol',
  brickId: 'b1',
  outcome,
  detail: 'x on y',
});
const report = (outcomes: readonly string[], isDryRun = false, unreadable: readonly string[] = []) => ({
  id: 'r1',
  nodeId: NODE_ID,
  host: 'h1',
  isDryRun,
  startedAt: '',
  finishedAt: '',
  isHealthy: true,
  findings: outcomes.map(finding),
  unreadable,
});
const repairScript = (body: object) => ({
  ...asyncScript(`POST /nodes/${NODE_ID}/repair`, { status: 303, headers: { Location: '/repairs/r1' } }),
  'GET /repairs/r1': { body },
});

it('node forget-host-key names the host', async () => {
  await withServer({ 'POST /hostkeys/forget': { status: 204 } }, async (server, run) => {
    const { exit, stdout } = await run(['node', 'forget-host-key', 'h1']);
    expect([exit, stdout]).toEqual([0, expect.stringContaining('The key of h1 is forgotten')]);
    expect(server.requests.at(-1)).toMatchObject({ path: '/hostkeys/forget', body: '{"host":"h1"}' });
    expect(await run(['node', 'forget-host-key'])).toMatchObject({ exit: 255 });
  });
});

it('node repair follows the job to its report', async () => {
  await withServer(repairScript(report(['repaired'])), async (server, run) => {
    expect(await run(['node', 'repair', NODE_ID])).toMatchObject({
      exit: 0,
      stdout: `Node: ${NODE_ID}\nHost: h1\n  repaired: not mounted (volume vol, brick b1)\n    x on y\n`,
    });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ dryrun: false });
  });
});

it('node repair --dry-run says so', async () => {
  await withServer(repairScript(report(['repairable'], true)), async (server, run) => {
    const { exit, stdout } = await run(['node', 'repair', NODE_ID, '--dry-run']);
    expect(exit).toBe(0);
    expect(stdout).toContain('Dry run: nothing was changed\n  repairable: not mounted');
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ dryrun: true });
  });
  await withServer(repairScript(report([])), async (_server, run) => {
    expect((await run(['node', 'repair', NODE_ID])).stdout).toContain('everything is as the database says');
  });
});

it('node repair fails when a person has to decide, with --json as well', async () => {
  const body = report(['failed', 'left alone', 'repaired'], false, ['brick processes: no answer']);
  await withServer(repairScript(body), async (_server, run) => {
    const { exit, stdout, stderr } = await run(['node', 'repair', NODE_ID, '--json']);
    expect(JSON.parse(stdout)).toEqual(body);
    expect([exit, stderr]).toEqual([255, "Error: 3 of the things found need a person's decision\n"]);
    expect((await run(['node', 'repair', NODE_ID])).stdout).toContain('not read: brick processes: no answer');
  });
});
