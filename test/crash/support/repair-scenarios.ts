import type { StateRepairWish } from '../../../src/operations/ports/repairs.js';
import { HOST_SETTINGS } from '../../support/host-settings.js';
import type { Client } from './client.js';
import { loadTopology, makeVolume, type Scenario, type World } from './scenario.js';

const REBOOTED = 'h3';
const UNKNOWN = 'a'.repeat(32);
const ITS_BRICK = 'c'.repeat(32);
const LEFT = 'b'.repeat(32);

/** An administrator's commands, which must succeed. */
async function run(world: World, host: string, ...commands: readonly (readonly string[])[]): Promise<void> {
  for (const argv of commands) {
    const [result] = await world.run(host, [{ argv, timeoutMs: 10_000 }]);
    if (result?.exitCode !== 0) throw new Error(`${host}: ${argv.join(' ')}: ${result?.stderr}`);
  }
}

/** What this server would have made, of an id that it does not know. */
function lvcreate(vg: string, id: string): readonly string[] {
  const sizes = [
    '--poolmetadatasize',
    '8192K',
    '--chunksize',
    '256K',
    '--size',
    '2097152K',
    '--virtualsize',
    '2097152K',
  ];
  return ['lvm', 'lvcreate', ...sizes, '--thin', `${vg}/tp_${id}`, '--name', `brick_${id}`];
}

/** A volume of one brick that the database does not know, as one that is older than the volume. */
async function makeUnknown(world: World, vg: string): Promise<void> {
  const [device, mountPoint] = [
    `/dev/mapper/${vg}-brick_${ITS_BRICK}`,
    `/var/lib/heketi/mounts/${vg}/brick_${ITS_BRICK}`,
  ];
  const options = HOST_SETTINGS.mountOptions;
  const gluster = (...words: readonly string[]) => ['gluster', '--mode=script', 'volume', ...words];
  await run(
    world,
    'h1',
    lvcreate(vg, ITS_BRICK),
    ['mkfs.xfs', '-i', 'size=512', '-n', 'size=8192', device],
    ['mkdir', '-p', mountPoint],
    ['mount', '-o', options, device, mountPoint],
    ['mkdir', `${mountPoint}/brick`],
    ['bash', '-c', '', 'fstab-append', '/etc/fstab', mountPoint, `${device} ${mountPoint} xfs ${options} 1 2`],
    gluster('create', `vol_${UNKNOWN}`, `10.0.0.1:${mountPoint}/brick`),
    gluster('set', `vol_${UNKNOWN}`, 'user.heketi.id', UNKNOWN),
    gluster('start', `vol_${UNKNOWN}`),
  );
}

/** Everything that drifts, and is repaired by itself or by name; answers the volume group of the first device of h1. */
async function drift(client: Client, world: World): Promise<string> {
  await loadTopology(client);
  await makeVolume(client);
  await makeVolume(client, { name: 'stopped', sizeGib: 2 });
  const { nodes, devices } = await client.view();
  const node = nodes.find(({ name }) => name === 'h1');
  const vg = `vg_${devices.find(({ nodeId }) => nodeId === node?.id)?.id}`;
  await makeUnknown(world, vg);
  await run(world, 'h1', lvcreate(vg, LEFT));
  await run(world, 'h1', ['gluster', '--mode=script', 'volume', 'stop', 'stopped', 'force']);
  await run(world, REBOOTED, ['sed', '-i.save', '/brick_/d', '/etc/fstab']);
  await world.setHostUp(REBOOTED, false);
  await world.setHostUp(REBOOTED, true);
  return vg;
}

/** Volume groups whose repair was asked for. */
const asked = new Set<string>();

/** What was named and is mended already is refused the next time. */
async function wishFor(client: Client, vg: string): Promise<StateRepairWish> {
  const wish = { start: ['stopped'], destroy: [`${vg}/brick_${LEFT}`, `${vg}/tp_${LEFT}`] };
  if (!asked.has(vg)) {
    asked.add(vg);
    return wish;
  }
  const { differences } = await client.operations.planStateRepair({ start: [], destroy: [] });
  const isWrong = (name: string) => differences.some(({ subject }) => subject === name);
  return { start: wish.start.filter(isWrong), destroy: wish.destroy.filter(isWrong) };
}

/** What hosts and database disagree about. */
export const REPAIR_SCENARIOS: readonly Scenario[] = [
  {
    name: 'repair state',
    prepare: drift,
    request: async (client, vg) => client.operations.repairState(await wishFor(client, vg)),
    isDone: (view) => view.volumes.some(({ name }) => name === `vol_${UNKNOWN}`),
    isAgreement: true,
    // Bricks that are down are started in the rounds of node repair.
    tolerates: /^(in the store but not on the hosts|on the hosts but not in the store): served by /,
    beginsApart: true,
    goesOn: true,
    // What its parts have done stays.
    mayFinishLater: true,
  },
];
