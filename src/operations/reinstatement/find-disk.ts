import type { Device } from '../../domain/device.js';
import { manageName, type Node } from '../../domain/node.js';
import { firstBlockDevice } from '../../executors/commands/device/device-facts.js';
import type { OperationContext } from '../engine/operation.js';
import type { PreflightCheck } from '../ports/devices.js';
import { inspectCandidate } from '../topology/device-preflight.js';

/** LVM takes whole extents after an area of its own. */
const LVM_AREA_KIB = 129 * 1024;
/** What must be known of a disk before something is made on it. */
const DECISIVE: ReadonlySet<PreflightCheck['name']> = new Set(['device', 'use', 'lvm', 'contents']);

/** The disk for a device whose volume group is gone, or why there is none. */
export type FoundDisk = { readonly path: string } | { readonly refusal: string };

/**
 * The disk where the device was plugged in, or that somebody has named; only one that is proved empty now. A stable link
 * goes before a name such as /dev/sdb, which may be another disk after each start.
 */
export async function findDisk(
  device: Device,
  node: Node,
  named: string | undefined,
  context: OperationContext,
): Promise<FoundDisk> {
  const host = manageName(node);
  const stable = device.paths.filter((path) => path.startsWith('/dev/disk/by-'));
  const candidates = named === undefined ? [...new Set([...stable, device.name, ...device.paths])] : [named];
  const path = await firstBlockDevice(context.hosts, host, candidates);
  const orName = `name the disk: heketi-cli node reinstate ${node.id} --disk ${device.id}=/dev/...`;
  if (path === null)
    return { refusal: `none of ${candidates.join(', ')} is a disk on ${host}; plug one in, or ${orName}` };
  const { checks, sizeKib } = await inspectCandidate(context, node, path);
  const problems = checks.filter(
    ({ name, result }) => result === 'problem' || (result === 'unknown' && DECISIVE.has(name)),
  );
  if (problems.length > 0) {
    const texts = problems.map(({ detail, advice }) => (advice ? `${detail}; ${advice}` : detail));
    return { refusal: `${path} on ${host} is not known to be empty: ${texts.join('; ')}. Or ${orName}` };
  }
  const neededKib = device.usedKib + LVM_AREA_KIB;
  if (sizeKib !== null && sizeKib < neededKib) {
    const missingMib = Math.ceil((neededKib - sizeKib) / 1024);
    return { refusal: `${path} on ${host} is ${missingMib} MiB too small for the bricks of the device; ${orName}` };
  }
  return { path };
}
