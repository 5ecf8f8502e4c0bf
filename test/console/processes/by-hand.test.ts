import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, HOOK_LIMIT_MS, launchChromium } from '../support/chromium.js';
import { openLoggedIn } from '../support/console-page.js';
import { makeVolume, openScene, type Scene } from '../support/scene.js';

const chromium = findChromium();
const REPLICATED = { type: 'replicate', replicate: { replica: 3 } };

/** Three hosts of a scene, as a topology file names them. */
const TOPOLOGY = JSON.stringify({
  clusters: [
    {
      nodes: [1, 2, 3].map((host) => ({
        node: { hostnames: { manage: [`h${host}`], storage: [`10.0.0.${host}`] }, zone: host },
        devices: ['/dev/sdb', '/dev/sdc'],
      })),
    },
  ],
});

describe.skipIf(chromium === null)('by hand, in the console', () => {
  let browser: Browser;
  let scene: Scene;

  beforeAll(async () => {
    browser = await launchChromium(chromium ?? '');
  }, HOOK_LIMIT_MS);
  afterEach(() => scene?.end(), HOOK_LIMIT_MS);
  afterAll(() => browser?.close(), HOOK_LIMIT_MS);

  it('an empty server gets its nodes from a topology file, and a file that is none is explained', async () => {
    scene = await openScene({ isFilled: false });
    const { page, troubles, close } = await openLoggedIn(browser, scene.base);
    await page.getByRole('link', { name: 'Load a topology file' }).click();
    const choose = page.getByLabel('Choose a file');
    await choose.setInputFiles({
      name: 'topology.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{"clusters": ['),
    });
    await page.getByRole('alert').getByText('This file can’t be used').waitFor();

    await choose.setInputFiles({ name: 'topology.json', mimeType: 'application/json', buffer: Buffer.from(TOPOLOGY) });
    await page.getByText('3 nodes and 6 devices in this file').waitFor();
    await page.getByRole('button', { name: 'Load', exact: true }).click();
    await page.getByText('Loaded: 9 nodes and devices made anew.').waitFor();
    for (const host of ['h1', 'h2', 'h3']) await page.getByRole('link', { name: host, exact: true }).waitFor();

    // Again, it finds all of them.
    await choose.setInputFiles({ name: 'topology.json', mimeType: 'application/json', buffer: Buffer.from(TOPOLOGY) });
    await page.getByRole('button', { name: 'Load', exact: true }).click();
    await page.getByText('Loaded: 0 nodes and devices made anew.').waitFor();
    expect(troubles).toEqual([]);
    await close();
  });

  it('a device is emptied after its plan was shown, and its progress is followed to the end', async () => {
    scene = await openScene({ hosts: 4 });
    for (let count = 0; count < 6; count++) await makeVolume(scene.client, { size: 20, durability: REPLICATED });
    const { page, troubles, close } = await openLoggedIn(browser, scene.base);
    await page.getByRole('link', { name: '/dev/sdb' }).first().click();
    await page.getByRole('button', { name: 'Empty and take out of service' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('All bricks can be moved now.').waitFor();
    await dialog.getByText('It is taken offline first.').waitFor();
    await dialog.getByRole('button', { name: 'Begin' }).click();

    const tray = page.getByRole('region', { name: 'Changes from this page' });
    const emptying = tray.getByRole('article').filter({ hasText: /Empty h\d/ });
    await emptying.getByRole('progressbar').waitFor();
    await emptying.getByText('done').waitFor();
    await page.getByText('No bricks are on this device.').waitFor();
    await page.locator('.page-head .badge', { hasText: 'out of service' }).waitFor();
    expect(troubles).toEqual([]);
    await close();
  });

  it('a server that is killed is waited for, and the page goes on with what happened meanwhile', async () => {
    scene = await openScene();
    const { page, troubles, close } = await openLoggedIn(browser, scene.base);
    await page.getByText('Live', { exact: true }).waitFor();
    await scene.kill();
    await page.getByText('No connection to the server').waitFor();
    await scene.restart();
    await makeVolume(scene.client, { size: 30, durability: REPLICATED });
    await page.getByText('Live', { exact: true }).waitFor();
    await page
      .getByRole('img', { name: /30\.\d GiB booked/ })
      .first()
      .waitFor();
    expect(await page.getByText('No connection to the server').count()).toBe(0);
    expect(troubles).toEqual([]);
    await close();
  });
});
