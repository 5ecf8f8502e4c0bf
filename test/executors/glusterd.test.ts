import { describe, expect, it } from 'vitest';
import { isGlusterdUp } from '../../src/executors/commands/gluster/glusterd.js';
import type { Command, CommandResult, Executor } from '../../src/executors/executor.js';
import { HOST_SETTINGS } from '../support/host-settings.js';

const result = (exitCode: number, stdout = '', stderr = ''): CommandResult => ({ exitCode, stdout, stderr });
const NOT_FOUND =
  '\u25cf glusterd.service\n   Loaded: not-found (Reason: No such file or directory)\n   Active: inactive (dead)\n';
const STOPPED =
  '\u25cb glusterd.service - GlusterFS, a clustered file-system server\n     Loaded: loaded (/lib/systemd/system/glusterd.service; enabled)\n     Active: inactive (dead)\n';

/** Whether glusterd counts as up, and what was asked. */
async function asked(systemctl: CommandResult, gluster: CommandResult) {
  const programs: string[] = [];
  const executor: Executor = {
    async run(_host, batch: readonly Command[]) {
      return batch.map(({ argv: [name = ''] }) => {
        programs.push(name);
        return name === 'systemctl' ? systemctl : gluster;
      });
    },
    async awaitLeftovers() {},
    async close() {},
  };
  return { isUp: await isGlusterdUp({ executor, settings: HOST_SETTINGS }, 'h1'), programs };
}

describe('whether glusterd runs', () => {
  it.each([
    ['another name of the unit', result(3, NOT_FOUND)],
    ['a unit that is masked', result(3, NOT_FOUND.replace('not-found', 'masked'))],
    ['a unit that newer ones do not find', result(4, '', 'Unit glusterd.service could not be found.\n')],
    ['no systemd', result(1, '', "System has not been booted with systemd as init system (PID 1). Can't operate.\n")],
    ['no systemctl', result(127, '', 'bash: systemctl: command not found\n')],
    ['no systemctl behind sudo', result(1, '', 'sudo: systemctl: command not found\n')],
  ])('is asked of gluster where systemd does not tell: %s', async (_, systemctl) => {
    expect(await asked(systemctl, result(0))).toEqual({ isUp: true, programs: ['systemctl', 'gluster'] });
    expect((await asked(systemctl, result(1, '', 'Connection failed.'))).isUp).toBe(false);
  });

  it('is known from its unit', async () => {
    expect(await asked(result(0), result(1))).toEqual({ isUp: true, programs: ['systemctl'] });
    expect(await asked(result(3, STOPPED), result(0))).toEqual({ isUp: false, programs: ['systemctl'] });
    expect((await asked(result(3), result(0))).isUp).toBe(false);
  });
});
