/**
 * The console with many volumes: how long its list takes to be there, to be searched, sorted and scrolled, in a real
 * Chromium.
 *
 *   npm run build && npx tsx bench/console.ts [--volumes=10000]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { findChromium, launchChromium } from '../test/console/support/chromium.js';
import { openConsole } from '../test/console/support/console-page.js';
import { ofVolumes } from './scale/row.js';
import { Site } from './scale/site.js';

const SCROLLS = 100;
const { values } = parseArgs({ options: { volumes: { type: 'string', default: '10000' } } });

const program = findChromium();
if (program !== null) {
  const folder = mkdtempSync(path.join(tmpdir(), 'mortar-console-'));
  try {
    const site = await Site.make(ofVolumes(Number(values.volumes)), folder);
    await site.withServer(({ base }) => measure(base, program));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(base: string, chromium: string): Promise<void> {
  const browser = await launchChromium(chromium);
  const { page } = await openConsole(browser, base);
  await page.goto(`${base}/console/#/volumes`);
  await page.reload();
  await page.locator('tbody tr[aria-rowindex]').first().waitFor();
  const [paint, rows] = (await page.evaluate(
    "[performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0, performance.now()]",
  )) as [number, number];
  console.log(`first paint ${paint.toFixed(0)} ms, the list of ${values.volumes} volumes ${rows.toFixed(0)} ms`);
  console.log(`search ${await drawn(page, 'search')}`);
  console.log(`sort by size ${await drawn(page, 'sort')}`);
  console.log(`scroll, ${SCROLLS} steps through all: ${await scrolled(page)}`);
  await browser.close();
}

/** From the input to the frame that shows what it has done. */
async function drawn(page: Page, what: 'search' | 'sort'): Promise<string> {
  const act =
    what === 'search'
      ? "const box = document.querySelector('input[type=search]'); box.value = 'a1'; box.dispatchEvent(new Event('input', { bubbles: true }));"
      : "document.querySelectorAll('thead button')[1].click();";
  const ms = (await page.evaluate(
    `new Promise((done) => { const begun = performance.now(); ${act} requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun))); })`,
  )) as number;
  return `${ms.toFixed(0)} ms`;
}

async function scrolled(page: Page): Promise<string> {
  const frames = (await page.evaluate(`(async () => {
    const box = document.querySelector('.table-box.tall');
    const frames = [];
    for (let step = 1; step <= ${SCROLLS}; step++) {
      const begun = performance.now();
      box.scrollTop = (box.scrollHeight * step) / ${SCROLLS};
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      frames.push(performance.now() - begun);
    }
    return frames.sort((a, b) => a - b);
  })()`)) as readonly number[];
  const at = (share: number): string => (frames[Math.floor(share * (frames.length - 1))] ?? 0).toFixed(0);
  return `${at(0.5)} ms each, ${at(0.95)} ms at the 95th percentile, ${at(1)} ms at most`;
}
