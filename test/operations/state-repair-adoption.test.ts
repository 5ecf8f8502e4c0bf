import { describe, expect, it } from 'vitest';
import { told, withDrift } from '../support/drift-scene.js';

describe('a volume that gluster has and the database has not', () => {
  it('is not taken in while hosts disagree about its bricks', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      const bricks = await scene.forget('data');
      const [stale] = bricks;
      scene.lie((line, asked, result) =>
        asked === 'h3' && line.includes('volume info')
          ? { ...result, stdout: result.stdout.replaceAll(stale?.path ?? '', '/var/lib/heketi/mounts/old/brick') }
          : undefined,
      );
      expect(told(await scene.plan()).left).toContainEqual(
        expect.stringMatching(/^superfluous-volume data: h\d and h\d show different bricks of it$/),
      );
      await scene.repair();
      expect(await scene.bricksOf('data')).toEqual([]);
    }));

  it('is not taken in while a host of its cluster does not have it: it may have been deleted while another was away', () =>
    withDrift(async (scene) => {
      await scene.make({ name: 'data' });
      await scene.forget('data');
      scene.lie((line, asked, result) =>
        asked === 'h3' && line.includes('volume info') ? { ...result, stdout: NO_VOLUMES } : undefined,
      );
      expect(told(await scene.plan()).left).toContainEqual('superfluous-volume data: gluster on h3 has no such volume');
      await scene.repair();
      expect(await scene.bricksOf('data')).toEqual([]);
    }));
});

const NO_VOLUMES = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cliOutput><opRet>0</opRet><opErrno>0</opErrno><opErrstr/><volInfo><volumes><count>0</count></volumes></volInfo></cliOutput>
`;
