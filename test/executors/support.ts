import type { BrickSpec } from '../../src/executors/commands/brick/brick.js';
import type { GlusterVolumeSpec } from '../../src/executors/commands/gluster/gluster-volume.js';
import type { HostSettings } from '../../src/executors/commands/host/host-settings.js';
import type { Hosts } from '../../src/executors/commands/host/hosts.js';
import type { GroupRow } from '../../src/executors/commands/lvm/group-report.js';
import { readNodeGroups } from '../../src/executors/commands/node/node-groups.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import { SimulatedHosts, type SimulatedHostsOptions } from '../../src/executors/mock/simulated-hosts.js';
import { HOST_SETTINGS } from '../support/host-settings.js';

export const KIB_PER_GIB = 1024 * 1024;
/** Hosts named n1.manage (n1.storage), with two devices of 200 GiB each. */
export const DEVICES = ['/dev/sdb', '/dev/sdc'] as const;

export function deviceId(host: number, device = 0): string {
  return `${host}${device}`.padStart(32, 'd');
}

/** The volume group of a device, as its host shows it. */
export async function groupOf(hosts: Hosts, host: string, id: string): Promise<GroupRow> {
  const found = (await readNodeGroups(hosts, host)).groups.find(({ name }) => name === `vg_${id}`);
  if (!found) throw new Error(`${host} shows no volume group vg_${id}`);
  return found;
}

export function brickId(n: number): string {
  return n.toString(16).padStart(32, '0');
}

export interface Rig {
  readonly simulated: SimulatedHosts;
  readonly hosts: Hosts;
}

export function strictRig(
  count = 3,
  extra: Partial<SimulatedHostsOptions> = {},
  settings: Partial<HostSettings> = {},
): Rig {
  return rig(
    {
      mode: 'strict',
      deviceSizeGib: 200,
      hosts: Array.from({ length: count }, (_, i) => ({
        manage: `n${i + 1}.manage`,
        storage: `n${i + 1}.storage`,
        devices: DEVICES.map((path) => ({ path, sizeKib: 200 * KIB_PER_GIB })),
      })),
      ...extra,
    },
    settings,
  );
}

export function lenientRig(): Rig {
  return rig({ mode: 'lenient', deviceSizeGib: 500 }, {});
}

function rig(options: SimulatedHostsOptions, settings: Partial<HostSettings>): Rig {
  const simulated = new SimulatedHosts(options);
  return { simulated, hosts: { executor: new MockExecutor(simulated), settings: { ...HOST_SETTINGS, ...settings } } };
}

export function brick(n: number, host: number, change: Partial<BrickSpec> = {}): BrickSpec {
  const id = brickId(n);
  const device = change.deviceId ?? deviceId(host);
  return {
    deviceId: device,
    brickId: id,
    path: `/var/lib/heketi/mounts/vg_${device}/brick_${id}/brick`,
    lv: `brick_${id}`,
    thinPool: `tp_${id}`,
    sizeKib: 10 * KIB_PER_GIB,
    thinPoolKib: 10 * KIB_PER_GIB,
    poolMetadataKib: 53248,
    subType: 'normal',
    gid: 0,
    ...change,
  };
}

export function volume(
  name: string,
  bricks: readonly (readonly [host: number, brick: BrickSpec])[],
  change: Partial<GlusterVolumeSpec> = {},
): GlusterVolumeSpec {
  return {
    name,
    volumeId: name.padStart(32, 'f'),
    durability: { type: 'replicate', replica: 3, disperseData: 0, disperseRedundancy: 0 },
    isArbiter: false,
    bricks: bricks.map(([host, { path }]) => ({ host: `n${host}.storage`, path })),
    options: [],
    ...change,
  };
}
