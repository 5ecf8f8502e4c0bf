import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Until a browser, hosts and a server stand, on a busy machine. */
export const HOOK_LIMIT_MS = 120_000;

const PROGRAMS = [process.env['MORTAR_CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/google-chrome'];

/** Path of a real browser; null where there is none, which is said aloud. */
export function findChromium(): string | null {
  const found = PROGRAMS.find((program) => program !== '' && existsSync(program)) ?? null;
  if (found === null)
    console.log('SKIPPED: the console in a browser, since there is no chromium (apt-get install chromium)');
  return found;
}

export function launchChromium(program: string): Promise<Browser> {
  return chromium.launch({
    executablePath: program,
    // In a container there is no right to make another one.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}
