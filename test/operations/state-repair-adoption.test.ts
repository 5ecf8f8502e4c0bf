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
      const left: string[] = [];
      // Of one of them it is said that nothing is amiss: it is the one that is asked what the pool has.
      for (const host of ['h1', 'h2', 'h3']) {
        scene.lie((line, asked, result) =>
          asked === host && line.includes('volume info') ? { ...result, stdout: NO_VOLUMES } : undefined,
        );
        left.push(...told(await scene.plan()).left.filter((text) => text.startsWith('superfluous-volume')));
        await scene.repair();
        expect(await scene.bricksOf('data')).toEqual([]);
      }
      expect(left.map((text) => text.replace(/h\d/, 'hN'))).toEqual(
        Array.from({ length: 2 }, () => 'superfluous-volume data: gluster on hN has no such volume'),
      );
    }));
});

const NO_VOLUMES = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cliOutput><opRet>0</opRet><opErrno>0</opErrno><opErrstr/><volInfo><volumes><count>0</count></volumes></volInfo></cliOutput>
`;
