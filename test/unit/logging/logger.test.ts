import { describe, expect, it } from 'vitest';
import { LOG_LEVELS, type LogLevel } from '../../../src/logging/log-level.js';
import { createLogger } from '../../../src/logging/logger.js';
import type { Logger } from '../../../src/operations/logger.js';

function capture(options: { level?: LogLevel; format?: 'json' | 'text'; secrets?: string[] } = {}) {
  const lines: string[] = [];
  const { logger, levels } = createLogger({
    level: options.level ?? 'debug',
    format: options.format ?? 'json',
    secrets: options.secrets ?? [],
    stream: { write: (line: string) => void lines.push(line) },
  });
  const records = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { logger, levels, lines, records };
}

function logAll(logger: ReturnType<typeof capture>['logger']): void {
  logger.fatal('c');
  logger.error('e');
  logger.warn('w');
  logger.info('i');
  logger.debug('d');
}

describe('the logger', () => {
  it('writes JSON lines with the level names of the original', () => {
    const { logger, records, lines } = capture();
    logAll(logger);
    expect(records().map(({ level, msg }) => [level, msg])).toEqual([
      ['critical', 'c'],
      ['error', 'e'],
      ['warning', 'w'],
      ['info', 'i'],
      ['debug', 'd'],
    ]);
    expect(records()[0]?.time).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(lines.every((line) => line.endsWith('\n'))).toBe(true);
  });

  it.each(LOG_LEVELS.map((level, count) => ({ level, count })))(
    'at level $level lets $count kinds through',
    ({ level, count }) => {
      const { logger, levels, records } = capture({ level });
      logAll(logger);
      expect(records()).toHaveLength(count);
      expect(levels.get()).toBe(level);
    },
  );

  it('changes the level of children that exist already', () => {
    const { logger, levels, records } = capture({ level: 'error' });
    const child = logger.child({ reqId: 'r1' });
    const grandchild = child.child({ op: 'create-volume', opId: 'o1' });
    child.info('before');
    levels.set('info');
    child.info('after');
    grandchild.info('after');
    levels.set('none');
    grandchild.error('silenced');
    expect(records()).toEqual([
      expect.objectContaining({ reqId: 'r1', msg: 'after' }),
      expect.objectContaining({ reqId: 'r1', op: 'create-volume', opId: 'o1', msg: 'after' }),
    ]);
  });

  it('refuses an unknown level and keeps its own', () => {
    const { levels } = capture({ level: 'warning' });
    for (const name of ['loud', 'INFO', '', 'fatal', 'warn']) expect(() => levels.set(name)).toThrow(RangeError);
    expect(levels.get()).toBe('warning');
  });

  it('is the logger that operations expect', () => {
    const { logger, records } = capture();
    const port: Logger = logger;
    port.child({ volume: 'v' }).warn({ durationMs: 5 }, 'volume create retried');
    expect(records()).toEqual([
      expect.objectContaining({ volume: 'v', durationMs: 5, msg: 'volume create retried', level: 'warning' }),
    ]);
  });

  it('keeps errors with their causes and stacks', () => {
    const { logger, records } = capture();
    logger.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    expect(records()[0]?.err).toMatchObject({
      message: expect.stringContaining('outer'),
      stack: expect.stringContaining('inner'),
    });
  });

  it('writes integers beyond 2^53 exactly', () => {
    const { logger, records } = capture();
    logger.info({ freeKib: 2n ** 64n - 1n }, 'odd counter');
    expect(records()[0]?.freeKib).toBe('18446744073709551615');
  });
});

describe('redaction', () => {
  it('hides fields with secret names, at any depth, in lines and in children', () => {
    const { logger, lines } = capture();
    const child = logger.child({ password: 'hidden-1', user: 'shown-1' });
    child.info(
      {
        headers: { authorization: 'bearer hidden-2', Cookie: 'hidden-3', host: 'shown-2' },
        jwt: { adminKey: 'hidden-4' },
        list: [{ token: 'hidden-5', client_secret: 'hidden-6' }],
        'x.key': 'hidden-7',
      },
      'm',
    );
    child.child({ userKey: 'hidden-8' }).info('m');
    const text = lines.join('');
    expect(text).not.toContain('hidden');
    expect(text).toContain('shown-1');
    expect(text).toContain('shown-2');
  });

  it('keeps names that only look secret, and empty values', () => {
    const { logger, records } = capture();
    logger.info({ keyfile: '/etc/key', monkey: 'm', tokens: 3, key: '' }, 'm');
    expect(records()[0]).toMatchObject({ keyfile: '/etc/key', monkey: 'm', tokens: 3, key: '' });
  });

  it('hides tokens and configured keys inside messages and errors', () => {
    const secret = 'My "Secret"\n key';
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhZG1pbiJ9.c2lnbmF0dXJl';
    const { logger, lines } = capture({ secrets: [secret, ''] });
    logger.info(`got ${token} for ${secret}`);
    logger.error({ err: new Error(`bad ${secret}`), argv: ['login', secret] }, 'failed');
    const text = lines.join('');
    expect(text).not.toContain('Secret');
    expect(text).not.toContain('eyJ');
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  });

  it('survives fields that contain themselves', () => {
    const { logger, records } = capture();
    const loop: Record<string, unknown> = { name: 'loop' };
    loop.self = loop;
    logger.info({ loop }, 'm');
    expect(records()).toHaveLength(1);
  });
});

describe('the text format', () => {
  it('keeps what hosts say from steering a terminal or beginning a line', () => {
    const { logger, lines } = capture({ format: 'text' });
    const evil = 'a\u001b[2J\rforged\u009b1m\u007f';
    logger.error({ err: new Error(`${evil}\n2026-01-01T00:00:00Z info forged`), host: 'h\u001b[0m' }, `m${evil}`);
    expect(lines.join('')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(lines.join('').match(/^\S+Z /gm)).toHaveLength(1);
    const json = capture();
    json.logger.error({ err: new Error(evil) }, evil);
    expect(json.lines.join('')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(json.records()[0]?.msg).toBe(evil);
  });

  it('puts time, level and message before the fields, and the stack after them', () => {
    const { logger, lines } = capture({ format: 'text' });
    logger.child({ op: 'create-volume' }).warn({ argv: ['a', 'b c'], volume: 'two words' }, 'volume create retried');
    logger.error({ err: new Error('broken') }, 'failed');
    expect(lines[0]).toMatch(
      /^\S+Z warning {2}volume create retried op=create-volume argv=\["a","b c"\] volume="two words"\n$/,
    );
    expect(lines[1]).toMatch(/^\S+Z error {4}failed\n {2}Error: broken\n {6}at /);
  });

  it.each(['json', 'text'] as const)('cuts what comes from outside to a bound, and says so, in %s', (format) => {
    const { logger, lines } = capture({ format });
    const huge = 'x'.repeat(300_000);
    const failure = new Error(`begin ${huge} end`, { cause: new Error(huge) });
    logger.error(
      { url: `/${huge}`, err: failure, lists: [[huge], ...Array.from({ length: 5_000 }, () => ['x'])] },
      'kept',
    );
    logger.warn(
      { nested: { deeper: Object.fromEntries(Array.from({ length: 9_000 }, (_, i) => [`k${i}`, i])) } },
      'kept',
    );
    logger.child({ child: huge }).info(`${huge}`);
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      expect(line.length).toBeLessThan(40_000);
      expect(line).toMatch(/\[\d+ (characters|entries) cut\]/);
    }
    const [first = ''] = lines;
    expect(first).toContain('kept');
    expect(first).toContain(`begin ${'x'.repeat(1_000)}`);
    // Where it was thrown stands at the end of a stack.
    expect(first).toContain('logger.test.ts');
  });

  it('leaves a line of ordinary length as it is, and finds a secret that a cut would have split', () => {
    const secret = 'a-secret-of-the-server';
    const { logger, lines } = capture({ secrets: [secret] });
    const text = 'y'.repeat(3_000);
    logger.info({ text }, 'whole');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ text });
    for (let at = 3_040; at < 3_080; at++)
      logger.info({ text: `${'z'.repeat(at)}${secret}${'z'.repeat(200_000)}` }, 'cut');
    expect(lines.join('')).not.toContain('a-secret');
  });
});

describe('a secret that', () => {
  it('stands in a number or after an escape leaves a line that is JSON, long or short', () => {
    const { logger, records, lines } = capture({ secrets: ['123456', 'nsecret'] });
    for (const text of ['short', 'x'.repeat(40_000)])
      logger.info({ durationMs: 123456, text: `a\nsecret ${text}` }, 'm');
    expect(records().map(({ text }) => String(text).slice(0, 10))).toEqual(['a\nsecret s', 'a\nsecret x']);
    expect(lines.join('')).not.toContain('123456');
  });

  it('is a token at the beginning of a line of a text does not get out', () => {
    const { logger, lines } = capture();
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhZG1pbiJ9.c2lnbmF0dXJl';
    logger.info(`a\n${token}\tb\t${token}`);
    expect(lines.join('')).not.toContain('c2lnbmF0dXJl');
  });
});
