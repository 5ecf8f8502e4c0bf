import { describe, expect, it } from 'vitest';
import { failsWith } from '../../../src/executors/failures/failures.js';
import { explainFailure } from '../../../src/executors/shell/command-failures.js';

const explained = (program: string, exitCode: number, stderr: string, useSudo = false) =>
  explainFailure('n1', program, { exitCode, stdout: '', stderr }, { user: 'u', useSudo });

describe('a program that is not there', () => {
  it('counts as missing, and the sentence says where it was looked for, behind sudo too', () => {
    for (const result of [
      explained('/usr/sbin/lvm', 127, 'bash: line 50: /usr/sbin/lvm: No such file or directory\n'),
      explained('/usr/sbin/lvm', 1, 'sudo: /usr/sbin/lvm: command not found\n', true),
    ]) {
      expect(failsWith({ ...result, argv: ['lvm'] }, 'program missing')).toBe(true);
      expect(result.stderr).toMatch(
        /^\/usr\/sbin\/lvm is missing on n1, and lvm is neither in \/sbin.* nor in the PATH/,
      );
    }
  });

  it('is told from the wrapper that did not find it', () => {
    const said = '/usr/sbin/exec-on-host: line 3: /usr/sbin/lvm: No such file or directory\n';
    const result = explained('/usr/sbin/exec-on-host', 127, said);
    expect(failsWith({ ...result, argv: ['lvm'] }, 'program missing')).toBe(true);
    expect(result.stderr).toMatch(/^\/usr\/sbin\/exec-on-host on n1 found no \/usr\/sbin\/lvm;.*lvm_wrapper/);
  });
});
