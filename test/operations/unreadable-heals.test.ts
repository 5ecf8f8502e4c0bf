import { describe, expect, it } from 'vitest';
import { CommandError } from '../../src/executors/executor.js';
import { explainUnreadableHeal } from '../../src/operations/volumes/unreadable-heal.js';
import { ofGluster, saidIn, sample } from '../unit/executors/samples.js';

const HEAL_INFO = ['gluster', '--mode=script', 'volume', 'heal', 'v1', 'info', '--xml'];

function explained(exitCode: number, stderr: string): string {
  const error = new CommandError('h1', { argv: HEAL_INFO, timeoutMs: 1 }, { exitCode, stdout: '', stderr });
  return explainUnreadableHeal(error, 'v1');
}

describe('a heal that gluster does not tell of', () => {
  it.each([
    [234, 'v1: Not able to fetch volfile from glusterd', /glusterd on h1 .* starting or down .*volume start v1\)$/],
    [145, 'Setting the volfile server failed, Connection refused', /systemctl status glusterd/],
    [149, 'Volume v1 is not started (Or) All the bricks are not running.', /stopped, or all of its bricks are down/],
    [
      251,
      'v1: Not able to mount the volume, Input/output error',
      /h1 can't reach the volume: .*glfsheal-v1\.log there$/,
    ],
    [244, "Not able to initialize volume 'v1'", /gluster volume status v1/],
    [234, 'Volume v1 is not of type replicate/disperse', /keeps no copies/],
    [254, 'Volume v1 does not exist', /glusterd on h1 has no volume v1; see gluster peer status there$/],
    [127, 'bash: line 1: gluster: command not found', /lacks the program that reads it/],
    [1, 'Connection failed. Please check if gluster daemon is operational.', /glusterd is down on h1; start it/],
  ])('%i %s', (exitCode, text, says) => {
    const told = explained(exitCode, text);
    expect(told).toMatch(says);
    expect(told.startsWith(`gluster does not tell what waits to be healed (${text})`)).toBe(true);
  });

  it("of which nobody knows why is told in gluster's own words", () => {
    expect(explained(1, 'something new')).toBe('gluster does not tell what waits to be healed (something new)');
  });

  it.each([
    ['err-heal-info-missing', sample('err-heal-info-missing'), /has no volume v1/],
    ['err-glusterd-down', ofGluster('err-glusterd-down'), /glusterd is down on h1/],
  ])('as recorded: %s', (_, found, says) => {
    const { exitCode, stderr, stdout } = saidIn(found);
    expect(explained(exitCode, stderr || stdout)).toMatch(says);
  });
});
