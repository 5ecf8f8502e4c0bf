import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Schema } from '../../../console/src/api/contract.js';
import { findChromium, HOOK_LIMIT_MS, launchChromium } from '../support/chromium.js';
import { expectAccessible, goTo, openLoggedIn } from '../support/console-page.js';
import { makeVolume, openScene, type Scene } from '../support/scene.js';

type Usage = Schema<'Usage'>;

const chromium = findChromium();
const GIB = 1_048_576;

/** Answers for the server from now on. */
async function answerUsage(page: Page, change: (usage: Usage) => Usage): Promise<void> {
  await page.route('**/usage?*', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: change((await answer.json()) as Usage) });
  });
}

describe.skipIf(chromium === null)('what is really in use', () => {
  let browser: Browser;
  let scene: Scene;
  let volumeId: string;

  beforeAll(async () => {
    browser = await launchChromium(chromium ?? '');
    scene = await openScene({ glusterfs: { usage_survey: 'off' } });
    const durability = { type: 'replicate', replicate: { replica: 3 } };
    volumeId = await makeVolume(scene.client, { size: 20, name: 'shown', durability });
    await makeVolume(scene.client, { size: 20, name: 'dark', durability });
  }, HOOK_LIMIT_MS);

  afterAll(async () => {
    await browser?.close();
    await scene?.end();
  }, HOOK_LIMIT_MS);

  it('is unknown, and not 0, while nobody was asked', async () => {
    const { page, troubles, close } = await openLoggedIn(browser, scene.base);
    await page.getByText('unknown in use').waitFor();
    await page
      .getByRole('img', { name: /^\/dev\/sd[bc]: .* booked, unknown in use, / })
      .first()
      .waitFor();
    expect(await page.locator('.size-bar [data-part=used]').count()).toBe(0);
    await goTo(page, `#/volumes/${volumeId}`);
    await page.getByText('its host was not asked yet').waitFor();
    await page.locator('dd', { hasText: /^unknown/ }).waitFor();
    // File system and thin pool of each of three bricks.
    expect(await page.getByRole('cell', { name: 'unknown', exact: true }).count()).toBeGreaterThanOrEqual(6);
    expect(troubles).toEqual([]);
    await close();
  });

  it('is drawn into the pool, and a thin pool over 80 % needs a person, with what to do', async () => {
    const { page, troubles, close } = await openLoggedIn(browser, scene.base, { language: 'en' });
    await answerUsage(page, (usage) => ({
      ...usage,
      devices: usage.devices.map((device, index) => ({
        ...device,
        usedKib: device.bookedKib / 2,
        dataPercent: index === 0 ? 91 : 79.9,
        metadataPercent: 3,
        unknown: [],
      })),
    }));
    await goTo(page, '#/nodes');
    await goTo(page, '#/');
    await page.getByText(/^A thin pool on h\d \/dev\/sd[bc] fills up: data 91%, metadata 3%$/).waitFor();
    expect(await page.getByText(/^A thin pool on /).count()).toBe(1);
    await page.getByText(/lvextend/).waitFor();
    expect(await page.locator('.device .size-bar [data-part=used]').count()).toBeGreaterThanOrEqual(6);
    await expectAccessible(page);
    expect(troubles).toEqual([]);
    await close();
  });

  it('is told of each volume and brick, and volumes are sorted by it, those that are not known last', async () => {
    const { page, troubles, close } = await openLoggedIn(browser, scene.base);
    await answerUsage(page, (usage) => ({
      ...usage,
      volumes: usage.volumes.map((volume) =>
        volume.id === volumeId
          ? { ...volume, totalKib: 20 * GIB, usedKib: 5 * GIB, freeKib: 15 * GIB, unknown: [] }
          : volume,
      ),
      bricks: usage.bricks.map((brick) => ({
        ...brick,
        totalKib: 20 * GIB,
        usedKib: 4 * GIB,
        freeKib: 16 * GIB,
        pool: { name: 'tp', sizeKib: 20 * GIB, dataPercent: 44, metadataPercent: null },
        unknown: [],
      })),
    }));
    await goTo(page, '#/volumes');
    await page.getByRole('cell', { name: '5 GiB (25%)' }).waitFor();
    const sort = page.getByRole('button', { name: /^Really in use/ });
    await sort.click();
    await sort.click();
    expect(await page.locator('tbody th').allInnerTexts()).toEqual(['shown', 'dark']);
    await goTo(page, `#/volumes/${volumeId}`);
    await page.getByText('5 GiB of 20 GiB (25%)').waitFor();
    expect(await page.getByRole('cell', { name: '4 GiB (20%)' }).count()).toBe(3);
    expect(await page.getByRole('cell', { name: '44% / unknown' }).count()).toBe(3);
    await expectAccessible(page);
    expect(troubles).toEqual([]);
    await close();
  });

  it('is not made up where another server has the figures: its name is shown', async () => {
    const { page, troubles, close } = await openLoggedIn(browser, scene.base, { language: 'zh-CN' });
    const body = 'only the server that works on the hosts can answer this: that is s1';
    await page.route('**/usage?*', (route) => route.fulfill({ status: 503, body }));
    await goTo(page, '#/volumes');
    await page.getByText('无法得知实际使用量').waitFor();
    await page.getByText(body).waitFor();
    expect(await page.getByRole('cell', { name: '未知' }).count()).toBe(2);
    await expectAccessible(page);
    expect(troubles).toEqual([]);
    await close();
  });
});
