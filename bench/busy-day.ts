/**
 * A day of a busy site in fast motion, on simulated hosts that answer as fast as they can: two changes a second, /metrics every
 * 15 seconds, a dump every hour, and what a server does by itself (the monitor, node repair, the device check, the cleaner) at its usual
 * intervals, all of them as many times faster as `--speed` says. Prints, for each part of the day, the longest turn (of
 * `/hello`, asked every 5 ms; with its CPU, which other programs on the machine don't change), CPU, memory and the size of
 * the database: they have to stay level.
 *
 *   npm run build && npx tsx bench/busy-day.ts [--hours=24] [--speed=12] [--volumes=20000]
 *
 * A day at speed 12 takes two hours. A machine that can't keep up is told so: changes that were due and not begun.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { SiteLife } from './busy-day/site-life.js';
import type { ServerProcess } from './scale/server-process.js';
import { Site } from './scale/site.js';

const PARTS = 12;

const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '24' },
    speed: { type: 'string', default: '12' },
    volumes: { type: 'string', default: '20000' },
  },
});
const [hours, speed, volumes] = [values.hours, values.speed, values.volumes].map(Number) as [number, number, number];

/** Clusters as full as they are allowed to be. */
const shape = { volumes, volumesPerCluster: 1000, nodes: 15, devicesPerNode: 12 };

/** As a server has them that nobody has configured, in seconds of the day. */
const INTERVALS = { monitor_gluster_nodes: 120, node_repair: 600, device_check: 900, background_cleaner: 3600 };

const folder = mkdtempSync(path.join(tmpdir(), 'mortar-day-'));
try {
  const site = await Site.make(shape, folder);
  await site.withServer((server) => live(server), settings());
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function settings(): object {
  const times = Object.entries(INTERVALS).flatMap(([what, seconds]) => {
    const faster = Math.max(1, Math.round(seconds / speed));
    return [
      [`start_time_${what}`, faster],
      [`refresh_time_${what}`, faster],
    ];
  });
  const enabled = { node_repair: 'repair', device_check: 'correct', disable_monitor_gluster_nodes: false };
  return { ...enabled, disable_background_cleaner: false, loglevel: 'info', ...Object.fromEntries(times) };
}

async function live(server: ServerProcess): Promise<void> {
  console.log(
    `${hours} hours at ${volumes} volumes in clusters of 1,000 on ${shape.nodes} nodes, ${speed} times as fast`,
  );
  const life = await SiteLife.begin(server, speed);
  let before = { ...server.use(), logged: server.loggedBytes, ...life.counts() };
  for (let part = 1; part <= PARTS; part++) {
    const probe = await server.probe();
    await life.until((hours * 3600 * part) / PARTS);
    const { turnMs, turnCpuMs } = await probe.stop();
    const now = { ...server.use(), logged: server.loggedBytes, ...life.counts() };
    const hour = ((hours * part) / PARTS).toFixed(1);
    const logged = (now.logged - before.logged) / 1024 / (hours / PARTS);
    console.log(
      `  ${hour.padStart(5)} h: ${now.changes - before.changes} changes (${now.failed - before.failed} failed), ${now.scrapes - before.scrapes} scrapes, ${now.dumps - before.dumps} dumps, ` +
        `CPU ${((now.cpuMs - before.cpuMs) / 1000).toFixed(0)} s, longest turn ${turnMs.toFixed(0)} ms (${turnCpuMs.toFixed(0)} ms of CPU), ` +
        `${now.mib.toFixed(0)} MiB, database ${now.fileMib.toFixed(1)} MiB, log ${logged.toFixed(0)} KiB an hour, ${now.behind} changes behind`,
    );
    before = now;
  }
  await life.end();
}
