import { Gauge, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { Exposition, labelsText, sampleLine } from '../../../src/metrics/exposition.js';

async function piecesOf(exposition: Exposition): Promise<readonly string[]> {
  const pieces: string[] = [];
  for await (const piece of exposition) pieces.push(piece);
  return pieces;
}

async function gaugeText(name: string, lines: readonly string[]): Promise<string> {
  const exposition = new Exposition();
  exposition.gauge(name, 'Some help', lines);
  return (await piecesOf(exposition)).join('');
}

it('writes gauges as prom-client does', async () => {
  const samples = [
    { labels: { id: 'd1', device: '/dev/sdb' }, value: 1 },
    { labels: { id: 'd2', device: '/dev/"a\\b\n\\n"' }, value: 2 ** 64 },
    { labels: { id: '', device: 'ü' }, value: 0.25 },
  ];
  const registry = new Registry();
  const gauge = new Gauge({ name: 'g', help: 'Some help', labelNames: ['id', 'device'], registers: [registry] });
  for (const { labels, value } of samples) gauge.set(labels, value);
  const lines = samples.map(({ labels, value }) => sampleLine('g', labelsText(labels), value));
  expect(await gaugeText('g', lines)).toBe(await registry.metrics());
});

it('writes a gauge without labels as prom-client does', async () => {
  const registry = new Registry();
  new Gauge({ name: 'g', help: 'Some help', registers: [registry] }).set(7);
  expect(await gaugeText('g', [sampleLine('g', labelsText({}), 7)])).toBe(await registry.metrics());
});

it('writes several metrics as prom-client does, in pieces of a length that can be sent', async () => {
  const line = sampleLine('large', labelsText({ id: 'ü'.repeat(1000) }), 1);
  const registry = new Registry();
  new Gauge({ name: 'small', help: 'Some help', registers: [registry] }).set(7);
  const exposition = new Exposition();
  exposition.gauge(
    'large',
    'Some help',
    Array.from({ length: 1000 }, () => line),
  );
  exposition.add(await registry.metrics());
  exposition.gauge('last', 'Some help', []);
  const pieces = await piecesOf(exposition);
  expect(pieces.length).toBeGreaterThan(2);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(1024 * 1024);
  const heads = ['large', 'small', 'last'].map((name) => `# HELP ${name} Some help\n# TYPE ${name} gauge\n`);
  expect(pieces.join('')).toBe([`${heads[0]}${line.repeat(1000)}`, `${heads[1]}small 7\n`, heads[2]].join('\n'));
});

it('is made as it is read, by each reader for itself: who stops holds no more than a piece', async () => {
  const line = sampleLine('large', labelsText({ id: 'd'.repeat(1000) }), 1);
  let made = 0;
  const lines: Iterable<string> = {
    *[Symbol.iterator]() {
      for (let i = 0; i < 2000; i++) {
        made++;
        yield line;
      }
    },
  };
  const exposition = new Exposition();
  exposition.gauge('large', 'Some help', lines);
  expect(made).toBe(0);
  const stopping = exposition[Symbol.asyncIterator]();
  const { value: first } = await stopping.next();
  expect(made).toBeLessThan(400);
  const whole = (await piecesOf(exposition)).join('');
  expect(whole.startsWith(String(first))).toBe(true);
  expect(whole.length).toBeGreaterThan(2_000_000);
});
