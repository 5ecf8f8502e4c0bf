import { shownOfEach } from '../../domain/allocator/device-refusals.js';
import type { DeviceRefusals } from '../../domain/allocator/types.js';
import type { BlockVolumePlan, ClusterRefusal, VolumePlan } from '../../operations/ports/placements.js';
import type { PlannedRemoval } from '../../operations/ports/removals.js';
import type { components } from '../contract/openapi.js';

type Schemas = components['schemas'];

/** `showsAll`: every device, and not only those that come nearest. */
export function volumePlan(plan: VolumePlan, showsAll: boolean): Schemas['VolumePlan'] {
  const most = shownOfEach(plan.refusals.length);
  return { ...plan, refusals: plan.refusals.map((refusal) => clusterRefusal(refusal, showsAll, most)) };
}

export function blockVolumePlan(plan: BlockVolumePlan, showsAll: boolean): Schemas['BlockVolumePlan'] {
  return { ...plan, newHosting: plan.newHosting && volumePlan(plan.newHosting, showsAll) };
}

export function plannedRemoval(plan: PlannedRemoval, showsAll: boolean): Schemas['PlannedRemoval'] {
  const most = shownOfEach(plan.bricks.filter(({ devices }) => devices.nearest.length > 0).length);
  return {
    ...plan,
    bricks: plan.bricks.map(({ devices, ...brick }) => ({ ...brick, ...refusingDevices(devices, showsAll, most) })),
  };
}

function clusterRefusal(
  { devices, ...refusal }: ClusterRefusal,
  showsAll: boolean,
  most: number,
): Schemas['ClusterRefusal'] {
  return { ...refusal, ...refusingDevices(devices, showsAll, most) };
}

function refusingDevices(devices: DeviceRefusals, showsAll: boolean, most: number) {
  return {
    counts: Object.fromEntries(devices.counts),
    devices: showsAll ? devices.all() : devices.nearest.slice(0, most),
  };
}
