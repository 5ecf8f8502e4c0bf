import { afterAll, expect, it } from 'vitest';
import { seededRandom, seedFrom } from '../../support/seeded-random.js';
import { CsiRig } from '../support/csi-rig.js';
import { RandomLife } from '../support/random-life.js';

/** `npm run test:csi` takes 1,000. */
const sequences = Number(process.env['MORTAR_CSI_SEQUENCES'] ?? '6');
const seed = seedFrom('MORTAR_CSI_SEED');
/** A sequence of some ten calls, with restarts. */
const LIMIT_MS = 60_000 + sequences * 30_000;

let rig: CsiRig | undefined;

afterAll(() => rig?.remove());

it(
  'random calls, with the server and the driver killed between and within them, leave what was told',
  async () => {
    rig = await CsiRig.start();
    const figures = { calls: 0, kills: 0 };
    for (let sequence = 0; sequence < sequences; sequence++) {
      const life = new RandomLife(rig, seededRandom(seed + sequence));
      await life.live().catch((cause: unknown) => {
        throw new Error(`sequence ${sequence}: MORTAR_CSI_SEED=${seed + sequence} MORTAR_CSI_SEQUENCES=1 repeats it`, {
          cause,
        });
      });
      figures.calls += life.calls;
      figures.kills += life.kills;
    }
    await rig.expectAgreement();
    console.log(
      `csi: MORTAR_CSI_SEED=${seed}, ${sequences} sequences, ${figures.calls} calls, ${figures.kills} times killed`,
    );
    expect(figures.kills).toBeGreaterThan(0);
  },
  LIMIT_MS,
);
