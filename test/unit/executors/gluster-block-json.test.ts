import { describe, expect, it } from 'vitest';
import {
  readBlockAnswer,
  readBlockInfo,
  showsSize,
} from '../../../src/executors/commands/gluster/gluster-block-json.js';

describe("gluster-block's answer", () => {
  it.each([
    ['its JSON', '{"RESULT":"FAIL","errCode":28,"errMsg":"Low space on the volume v\\n"}', 'Low space on the volume v'],
    ['its plain form', 'Low space on the volume v\nRESULT:FAIL\n', 'Low space on the volume v'],
    ['its plain form with a blank', 'Low space on the volume v\nRESULT: FAIL\n', 'Low space on the volume v'],
    [
      'hosts alone',
      '{"FAILED ON":["10.0.0.2"],"SUCCESSFUL ON":["10.0.0.1"],"RESULT":"FAIL"}',
      'failed on 10.0.0.2; successful on 10.0.0.1',
    ],
    ['an empty errMsg', '{"RESULT":"FAIL","errMsg":"","ROLLBACK FAILED ON":["h"]}', 'rollback failed on h'],
  ])('is a failure with a reason: %s', (_name, output, message) => {
    expect(readBlockAnswer(output)).toMatchObject({ isFailure: true, message });
  });

  it('is found among the words of shells and wrappers', () => {
    const output = 'bash: warning: setlocale: LC_ALL\n{"RESULT":"SUCCESS","blocks":["b"]}\nConnection closed.\n';
    expect(readBlockAnswer(output)).toMatchObject({ fields: { blocks: ['b'] }, isFailure: false });
  });

  it('shows no credentials in a reason, whatever form they come in', () => {
    for (const output of [
      '{"IQN": "iqn", "USERNAME": "user-1", "PASSWORD": "hunter2", "RES',
      'IQN: -\nUSERNAME: user-1\nPASSWORD: hunter2\nPORTAL(S): -\nRESULT: FAIL\n',
      '{"RESULT":"FAIL","errMsg":"PASSWORD: hunter2 USERNAME: user-1 refused"}',
      '{"RESULT":"FAIL","errMsg":"set auth mutual_userid=user-1 mutual_password=hunter2: refused"}',
      '{"RESULT":"FAIL","errMsg":"set auth userid=\'user-1\' password=\'hunter2\'"}',
    ]) {
      const { message } = readBlockAnswer(output);
      expect(message).toContain('[redacted]');
      expect(message).not.toMatch(/hunter2|user-1/);
    }
  });
});

describe('a size of gluster-block', () => {
  it.each([
    [5, '5.0 GiB'],
    [1023, '1023.0 GiB'],
    [1024, '1.0 TiB'],
    [1537, '1.5 TiB'],
    [2 * 1024 * 1024, '2.0 PiB'],
  ])('%i GiB are shown as %s', (gib, sizeText) => {
    expect(showsSize({ sizeText }, gib)).toBe(true);
    expect(showsSize({ sizeText }, gib * 2)).toBe(false);
  });

  it('is shown with what hosts have on which a resize failed', () => {
    const fields = { SIZE: '9.0 GiB', 'RESIZE FAILED ON': { a: '5.0 GiB', b: '7.0 GiB' } };
    expect(readBlockInfo(fields)).toMatchObject({
      sizeGib: 9,
      behind: new Map([
        ['a', 5],
        ['b', 7],
      ]),
    });
  });
});
