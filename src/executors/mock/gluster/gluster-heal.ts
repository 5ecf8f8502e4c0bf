import type { CommandResult } from '../../executor.js';
import { fail, succeed } from '../world/answers.js';
import { isBrickOnline } from '../world/brick-processes.js';
import { gfidOf, healAtOnce, owedEntries, oweEverything } from '../world/healing.js';
import { type SimulatedBrick, type SimulatedHost, type SimulatedVolume, setSize } from '../world/simulated-host.js';
import type { World } from '../world/world.js';
import { envelope, escapeXml, type GlusterCall } from './gluster-answers.js';

const HEAL_NOT_STARTED = 149;
const HEAL_WRONG_TYPE = 234;
const HEAL_MISSING = 254;
const HEAL_UNREACHED = 255;

interface Entry {
  readonly gfid: string;
  readonly path: string;
}

interface HealingRow {
  readonly name: string;
  readonly uuid: string;
  readonly status: string;
  readonly listed: readonly Entry[];
  readonly entries: string;
}

/** `volume heal NAME [full]` and `volume heal NAME info`. */
export function heal(world: World, host: SimulatedHost, call: GlusterCall): CommandResult {
  const name = call.words[2] ?? '';
  const volume = host.pool.volumes.get(name);
  if (call.words[3] !== 'info') return startHeal(name, volume, call.words[3] === 'full');
  const refuse = (text: string, exitCode: number): CommandResult => {
    if (!call.isXml) return { exitCode, stdout: `${text}\n`, stderr: '' };
    return {
      exitCode,
      stdout: envelope('  <healInfo>\n    <bricks/>\n  </healInfo>\n', -1, 256 - exitCode, text, true),
      stderr: '',
    };
  };
  if (!volume) return refuse(`Volume ${name} does not exist`, HEAL_MISSING);
  if (volume.heal.isMute) return refuse(`${name}: Not able to fetch volfile from glusterd`, HEAL_UNREACHED);
  if (volume.status !== 1)
    return refuse(`Volume ${name} is not started (Or) All the bricks are not running.`, HEAL_NOT_STARTED);
  if (setSize(volume) === 1) {
    return refuse(
      `This command is supported for only volumes of replicate/disperse type. Volume ${name} is not of type replicate/disperse`,
      HEAL_WRONG_TYPE,
    );
  }
  healAtOnce(world, volume);
  const rows = volume.bricks.map((brick) => rowOf(volume, brick));
  return succeed(call.isXml ? xmlOf(rows) : textOf(rows));
}

function rowOf(volume: SimulatedVolume, brick: SimulatedBrick): HealingRow {
  const name = `${brick.host}:${brick.path}`;
  if (!isBrickOnline(volume, brick))
    return { name, uuid: '-', status: 'Transport endpoint is not connected', listed: [], entries: '-' };
  const listed = owedEntries(brick.node.directory(brick.path)?.contents ?? null).map((file) => ({
    gfid: gfidOf(file),
    path: file === null ? '/' : `/file-${file}`,
  }));
  for (let i = 0; i < volume.healEntries; i++) listed.push({ gfid: gfidOf(-1 - i), path: `/waiting-${i}` });
  const entries = String(listed.length);
  return { name, uuid: brick.node.uuid, status: 'Connected', listed, entries };
}

function textOf(rows: readonly HealingRow[]): string {
  return rows
    .map(
      ({ name, status, listed, entries }) =>
        `Brick ${name}\n${listed.map(({ path }) => `${path}\n`).join('')}Status: ${status}\nNumber of entries: ${entries}\n\n`,
    )
    .join('');
}

function xmlOf(rows: readonly HealingRow[]): string {
  const bricks = rows.map(
    ({ name, uuid, status, listed, entries }) =>
      `      <brick hostUuid="${uuid}">\n        <name>${escapeXml(name)}</name>\n` +
      listed.map(({ gfid, path }) => `        <file gfid="${gfid}">${path}</file>\n`).join('') +
      `        <status>${status}</status>\n        <numberOfEntries>${entries}</numberOfEntries>\n      </brick>\n`,
  );
  return envelope(`  <healInfo>\n    <bricks>\n${bricks.join('')}    </bricks>\n  </healInfo>\n`, 0, 0, '', true);
}

function startHeal(name: string, volume: SimulatedVolume | undefined, isFull: boolean): CommandResult {
  const text = `Launching heal operation to perform ${isFull ? 'full' : 'index'} self heal on volume ${name} has been`;
  if (!volume) return fail(1, `volume heal: failed: Volume ${name} does not exist`);
  if (volume.bricks.some((brick) => !isBrickOnline(volume, brick))) {
    return fail(
      1,
      `${text} unsuccessful:`,
      "Glusterd Syncop Mgmt brick op 'Heal' failed. Please check glustershd log file for details.",
    );
  }
  volume.healEntries = 0;
  if (isFull) oweEverything(volume);
  return succeed(`${text} successful \nUse heal info commands to check status.\n`);
}
