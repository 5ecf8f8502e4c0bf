import { Gauge, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { Exposition, labelsText, sampleLine } from '../../../src/metrics/exposition.js';

async function gaugeText(name: string, lines: readonly string[]): Promise<string> {
  const exposition = new Exposition();
  await exposition.gauge(name, 'Some help', lines);
  return Buffer.concat(exposition.pieces()).toString();
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
  await exposition.gauge(
    'large',
    'Some help',
    Array.from({ length: 1000 }, () => line),
  );
  exposition.add(await registry.metrics());
  await exposition.gauge('last', 'Some help', []);
  const pieces = exposition.pieces();
  expect(pieces.length).toBeGreaterThan(2);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(1024 * 1024);
  const heads = ['large', 'small', 'last'].map((name) => `# HELP ${name} Some help\n# TYPE ${name} gauge\n`);
  expect(Buffer.concat(pieces).toString()).toBe(
    [`${heads[0]}${line.repeat(1000)}`, `${heads[1]}small 7\n`, heads[2]].join('\n'),
  );
});
