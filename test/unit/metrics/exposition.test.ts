import { Gauge, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { gaugeText, labelsText } from '../../../src/metrics/exposition.js';

it('writes gauges as prom-client does', async () => {
  const samples = [
    { labels: { id: 'd1', device: '/dev/sdb' }, value: 1 },
    { labels: { id: 'd2', device: '/dev/"a\\b\n\\n"' }, value: 2 ** 64 },
    { labels: { id: '', device: 'ü' }, value: 0.25 },
  ];
  const registry = new Registry();
  const gauge = new Gauge({ name: 'g', help: 'Some help', labelNames: ['id', 'device'], registers: [registry] });
  for (const { labels, value } of samples) gauge.set(labels, value);
  const written = samples.map(({ labels, value }) => ({ labels: labelsText(labels), value }));
  expect(`${await gaugeText('g', 'Some help', written)}\n`).toBe(await registry.metrics());
});

it('writes a gauge without labels as prom-client does', async () => {
  const registry = new Registry();
  new Gauge({ name: 'g', help: 'Some help', registers: [registry] }).set(7);
  expect(`${await gaugeText('g', 'Some help', [{ labels: labelsText({}), value: 7 }])}\n`).toBe(
    await registry.metrics(),
  );
});
