/**
 * The simulated hosts' own program, which besides looks whether a brick vanishes that a gluster volume names. Each one
 * is a line of the file MORTAR_DESTROYED_BRICKS.
 */
import { appendFileSync } from 'node:fs';
import type { Command, CommandResult } from '../../../../src/executors/executor.js';
import { resolveCommand } from '../../../../src/executors/mock/programs.js';
import { SimulatedHosts } from '../../../../src/executors/mock/simulated-hosts.js';
import { LiveBricks } from '../../support/live-bricks.js';

const report = process.env.MORTAR_DESTROYED_BRICKS ?? '';
const DESTROYERS = new Set(['dd', 'lvremove', 'mkfs.xfs', 'pvremove', 'umount', 'vgremove', 'wipefs']);
/** Other changes neither name bricks nor forget them. */
const NAMING = new Set(['create', 'add-brick', 'replace-brick', 'remove-brick', 'clone', 'start', 'delete']);
const live = new LiveBricks();
const { run } = SimulatedHosts.prototype;

SimulatedHosts.prototype.run = async function runWatched(
  this: SimulatedHosts,
  host: string,
  batch: readonly Command[],
  signal?: AbortSignal,
): Promise<readonly CommandResult[]> {
  for (const { argv } of batch) live.ordered(argv);
  try {
    return await run.call(this, host, batch, signal);
  } finally {
    if (batch.some(canChangeBricks)) look(this);
  }
};

function canChangeBricks({ argv, isReading }: Command): boolean {
  const { name, args } = resolveCommand(argv);
  return DESTROYERS.has(name) || (name === 'gluster' && !isReading && args.some((word) => NAMING.has(word)));
}

function look(hosts: SimulatedHosts): void {
  live.look(hosts.state());
  for (const brick of live.destroyed.splice(0)) appendFileSync(report, `${brick}\n`);
}

await import('../../../../src/executors/mock/remote/host-process.js');
