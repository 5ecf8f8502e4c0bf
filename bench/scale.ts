/**
 * What grows with the pool: a table of CPU, longest turn (the slowest answer to a `/hello` that is asked for every 5 ms)
 * and memory at 500, 5,000 and 20,000 volumes, or 360, 3,600 and 12,000 devices, and how each grows per tenfold (10 is
 * linear, 1 flat). One cluster of 30 nodes with 12 devices each where volumes grow, of 500 volumes where devices do.
 *
 *   npm run build && npx tsx bench/scale.ts [part of a row's name ...] [--volumes=500,5000,20000] [--devices=360,3600,12000]
 *
 * All rows at all sizes take the better part of an hour. On a machine that others use as well turns are longer than they
 * are; compare CPU.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Figures, ofDevices, ofVolumes, type Row } from './scale/row.js';
import { HOST_ROWS } from './scale/rows/hosts.js';
import { REQUEST_ROWS } from './scale/rows/requests.js';
import { TOPOLOGY_ROWS } from './scale/rows/topology.js';
import { Site } from './scale/site.js';

/** CPU is counted in hundredths of a second. */
const LEAST_MS = 0.1;
const ROWS: readonly Row[] = [...HOST_ROWS, ...REQUEST_ROWS, ...TOPOLOGY_ROWS];

const { values, positionals } = parseArgs({
  options: {
    volumes: { type: 'string', default: '500,5000,20000' },
    devices: { type: 'string', default: '360,3600,12000' },
  },
  allowPositionals: true,
});
const sizes = { 'with volumes': numbers(values.volumes), 'with devices': numbers(values.devices) };
const wanted = ROWS.filter(({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)));

const folder = mkdtempSync(path.join(tmpdir(), 'mortar-scale-'));
const sites = new Map<string, Site>();
try {
  for (const row of wanted) await print(row);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function print(row: Row): Promise<void> {
  console.log(`${row.name} (to reach: ${row.toReach})`);
  const found: (readonly [number, Figures])[] = [];
  for (const size of row.sizes ?? sizes[row.grows]) {
    const figures = await row.measure(await siteOf(row, size));
    found.push([size, figures]);
    console.log(`  ${lineOf(size, row.grows, figures)}`);
  }
  if (found.length > 1) console.log(`  per tenfold: CPU x ${perTenfold(found)}`);
}

async function siteOf({ grows, shape }: Row, size: number): Promise<Site> {
  const usual = grows === 'with volumes' ? ofVolumes : ofDevices;
  const wanted = (shape ?? ((of: number) => usual(of)))(size);
  const key = JSON.stringify(wanted);
  const made = sites.get(key) ?? (await Site.make(wanted, folder));
  sites.set(key, made);
  return made;
}

function lineOf(size: number, grows: Row['grows'], { cpuMs, turnMs, turnCpuMs, mib, note }: Figures): string {
  const what = grows === 'with volumes' ? 'volumes' : 'devices';
  const ofCpu = turnCpuMs === undefined ? '' : ` (${milliseconds(turnCpuMs)} of CPU)`;
  const memory = mib === null ? '' : `, at most ${mib.toFixed(0)} MiB`;
  return `${String(size).padStart(6)} ${what}: CPU ${milliseconds(cpuMs)}, longest turn ${milliseconds(turnMs)}${ofCpu}${memory}${note ? ` (${note})` : ''}`;
}

function milliseconds(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** From the smallest to the largest size. */
function perTenfold(found: readonly (readonly [number, Figures])[]): string {
  const [[smallest, before], [largest, after]] = [found[0], found.at(-1)] as [[number, Figures], [number, Figures]];
  const growth = Math.max(after.cpuMs, LEAST_MS) / Math.max(before.cpuMs, LEAST_MS);
  return (growth ** (1 / Math.log10(largest / smallest))).toFixed(1);
}

function numbers(text: string): readonly number[] {
  return text.split(',').map(Number);
}
