import { describe, expect, it } from 'vitest';
import { at, placed, query, statement } from '../../src/store/statement.js';

describe('a statement', () => {
  const ofVolume = query.selectFrom('brick').select('id').where('volume_id', '=', at('volumeId'));

  it('takes its parameters by name, however often and in whatever order they stand in it', () => {
    const twice = statement(
      ofVolume
        .where('pending_id', '=', at('pendingId'))
        .union(ofVolume.where('device_id', '=', at('deviceId')))
        .orderBy('id'),
    );
    const values = { deviceId: 'd', pendingId: 'p', volumeId: 'v' };
    expect(placed(twice, values)).toEqual(['v', 'p', 'v', 'd']);
  });

  it('carries what is always the same', () => {
    const known = statement(ofVolume.where('path', '<>', "it's").where('device_id', '=', at('deviceId')).limit(1));
    expect(placed(known, { volumeId: 'v', deviceId: 'd' })).toEqual(['v', "it's", 'd', 1]);
    expect(known.sql).not.toContain("it's");
  });

  it('is not run without a value for each parameter', () => {
    expect(() => placed(statement(ofVolume), { volumeID: 'v' })).toThrow(/no value for volumeId in: select/);
    expect(placed(statement(ofVolume), { volumeId: null })).toEqual([null]);
  });
});
