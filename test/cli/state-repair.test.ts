import { expect, it } from 'vitest';
import { asyncScript } from './support/fake-server.js';
import { withServer } from './support/run.js';

const PLAN = 'POST /internal/state/repair/plan';
const lv = `vg_${'a'.repeat(32)}/brick_${'b'.repeat(32)}`;
const difference = (change: object) => ({
  kind: 'missing-mount',
  clusterId: 'c1',
  host: 'h1',
  subject: '/m',
  text: '/m is not mounted',
  remedy: 'mount /m',
  step: null,
  obstacle: null,
  ...change,
});
const plan = {
  isPossible: true,
  obstacle: null,
  repairable: 1,
  steps: [{ step: 'restore-mounts h1', clusterId: 'c1', host: 'h1', text: 'mounts what bricks of volumes lack on h1' }],
  differences: [difference({ step: 'restore-mounts h1' })],
  notCompared: [],
  pendingOperations: [],
};
const stopped = difference({
  kind: 'stopped-volume',
  host: '',
  subject: 'v',
  text: 'volume v is not started',
  remedy: 'run gluster volume start v',
  obstacle: '--start=v starts it',
});

it('shows what would be repaired, step by step, and changes nothing', async () => {
  await withServer({ [PLAN]: { body: plan } }, async (server, run) => {
    expect(
      await run(['server', 'state', 'repair', '--start=v', '--start=w', `--destroy-unclaimed=${lv}`]),
    ).toMatchObject({
      exit: 0,
      stdout: [
        'State: 1 difference would be repaired',
        '  mounts what bricks of volumes lack on h1',
        '    h1: /m is not mounted',
        '',
      ].join('\n'),
    });
    expect(server.calls).toEqual([PLAN]);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ start: ['v', 'w'], destroy: [lv] });
  });
});

it('says what would stay and why, and fails', async () => {
  const body = {
    ...plan,
    isPossible: false,
    obstacle: 'x is not among the differences\ny is not among the differences',
    differences: [...plan.differences, stopped],
    notCompared: [{ clusterId: 'c1', host: 'h2', reason: 'connection refused' }],
    pendingOperations: ['f'],
  };
  await withServer({ [PLAN]: { body } }, async (_server, run) => {
    const { exit, stdout, stderr } = await run(['server', 'state', 'repair']);
    expect({ exit, stderr }).toEqual({ exit: 255, stderr: 'Error: not all of it would be repaired\n' });
    expect(stdout).toBe(
      [
        'State: 1 of 2 differences would be repaired',
        'In the way of all of it: x is not among the differences',
        '  y is not among the differences',
        '  mounts what bricks of volumes lack on h1',
        '    h1: /m is not mounted',
        'What would stay:',
        '  cluster c1: volume v is not started',
        '    it stays: --start=v starts it',
        '    run gluster volume start v',
        'h2: could not be compared, and is left alone: connection refused',
        '1 pending operations are left out: heketi-cli server operations list',
        '',
      ].join('\n'),
    );
    const json = await run(['server', 'state', 'repair', '--json']);
    expect(json.exit).toBe(255);
    expect(JSON.parse(json.stdout)).toEqual(body);
  });
});

it('repairs it with --apply, and says what is left', async () => {
  const nothing = { ...plan, repairable: 0, steps: [], differences: [] };
  const accepted = asyncScript('POST /internal/state/repair', { status: 204 });
  await withServer({ ...accepted, [PLAN]: { body: nothing } }, async (server, run) => {
    expect(await run(['server', 'state', 'repair', '--apply', '--start=v'])).toMatchObject({
      exit: 0,
      stdout: 'What could be repaired is repaired\n',
    });
    expect(server.calls[0]).toBe('POST /internal/state/repair');
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ start: ['v'], destroy: [] });
    expect(server.calls.at(-1)).toBe(PLAN);
  });
  await withServer({ ...accepted, [PLAN]: { body: { ...nothing, differences: [stopped] } } }, async (_server, run) => {
    expect(await run(['server', 'state', 'repair', '--apply'])).toMatchObject({
      exit: 255,
      stdout: [
        'What could be repaired is repaired',
        'What is left:',
        '  cluster c1: volume v is not started',
        '    it stays: --start=v starts it',
        '    run gluster volume start v',
        '',
      ].join('\n'),
      stderr: 'Error: something is left for a person to look at\n',
    });
  });
});
