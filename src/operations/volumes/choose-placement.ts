import { shownOfEach } from '../../domain/allocator/device-refusals.js';
import { clusterErrorsText, eligibleClusters } from '../../domain/allocator/eligible-clusters.js';
import type { DeviceRefusals, DeviceVerdict, PlacementResult } from '../../domain/allocator/types.js';
import type { Brick } from '../../domain/brick.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { storageName } from '../../domain/node.js';
import { gibToKib } from '../../domain/size.js';
import { refuseLongVolumeName } from '../../domain/volume-name.js';
import { effectiveOptions, refuseSetWithoutArbiter } from '../../domain/volume-options.js';
import type { ReadTx } from '../../store/store.js';
import type { BuildContext } from '../engine/operation.js';
import type { Logger } from '../logger.js';
import type { VolumeRequest } from '../ports/requests.js';
import type { OperationSettings } from '../settings.js';
import { place, placementRequest } from './placement.js';
import { snapshotOf } from './placement-snapshot.js';

/** The options of a new volume, in the order in which gluster is given them; refuses what gluster makes no volume of. */
export function optionsOfRequest(request: VolumeRequest, settings: OperationSettings): readonly string[] {
  const options = effectiveOptions(
    settings.preRequestOptions,
    request.options,
    settings.postRequestOptions,
    request.isBlockHosting ? settings.blockHostingOptions : null,
  );
  if (settings.hasGlusterLimits) refuseSetWithoutArbiter(request.durability, options);
  return options;
}

/** Why one cluster could not take a volume. */
export interface ClusterPlacementRefusal {
  readonly clusterId: Id;
  readonly text: string;
  readonly explanation: string;
  readonly devices: DeviceRefusals;
}

/** No cluster could take the volume; carries the reasons per device for the log and for `POST /placements`. */
export class NoPlacementError extends DomainError {
  readonly refusals: readonly ClusterPlacementRefusal[];
  readonly reason: string;

  constructor(subject: string, reason: string, refusals: readonly ClusterPlacementRefusal[]) {
    super('no_space', `Failed to allocate ${subject}: ${reason}`);
    this.reason = reason;
    this.refusals = refusals;
  }

  /** The same of what the volume was wanted for. */
  of(subject: string): NoPlacementError {
    return new NoPlacementError(subject, this.reason, this.refusals);
  }
}

/** Devices in one line of a log. */
const LOGGED_AT_ONCE = 50;

/** Says in the log why devices were not taken: how many for which reason, and the nearest; of each one when it is to debug. */
export function logNoPlacement(error: unknown, log: Logger): void {
  if (!(error instanceof NoPlacementError)) return;
  const most = shownOfEach(error.refusals.length);
  for (const { clusterId: cluster, text, devices } of error.refusals) {
    const counts = Object.fromEntries(devices.counts);
    log.warn({ cluster, reason: text, counts, devices: devices.nearest.slice(0, most) }, 'no placement');
    logEach(cluster, devices, log);
  }
}

/** The list is made only where a line is written. */
function logEach(cluster: Id, devices: DeviceRefusals, log: Logger): void {
  const total = [...devices.counts.values()].reduce((sum, count) => sum + count, 0);
  let all: readonly DeviceVerdict[] | null = null;
  const some = (from: number) => {
    all ??= devices.all();
    return all.slice(from, from + LOGGED_AT_ONCE);
  };
  for (let from = 0; from < total; from += LOGGED_AT_ONCE) {
    const line = {
      cluster,
      from,
      total,
      get devices() {
        return some(from);
      },
    };
    log.debug(line, 'devices without a place');
  }
}

/** Refuses bricks that gluster can't take into a volume of this name. */
export async function refuseLongNames(
  tx: ReadTx,
  volumeName: string,
  bricks: readonly Pick<Brick, 'nodeId' | 'path'>[],
  settings: OperationSettings,
): Promise<void> {
  if (!settings.hasGlusterLimits) return;
  for (const { nodeId, path } of bricks) {
    const node = await tx.nodes.find(nodeId);
    if (node) refuseLongVolumeName(volumeName, storageName(node), path);
  }
}

/** The first cluster, in the order asked for or by id, that can take the volume, and where its bricks go. */
export async function choosePlacement(
  tx: ReadTx,
  request: VolumeRequest,
  name: string,
  options: readonly string[],
  { settings, health }: BuildContext,
) {
  const eligible = await clustersFor(tx, request, name, settings);
  const wanted = placementRequest(
    { ...request, sizeKib: gibToKib(request.sizeGib), options, existingBricks: 0 },
    settings,
  );
  const refusals: ClusterPlacementRefusal[] = [];
  for (const clusterId of eligible) {
    const placed = place(await snapshotOf(tx, clusterId, health, settings.reserveSpareMetadata), wanted);
    if (placed.kind === 'placed') return { clusterId, sets: placed.sets };
    refusals.push({ clusterId, text: createText(placed), explanation: placed.explanation, devices: placed.devices });
    if (placed.reason === 'invalid-tag-rule' || placed.reason === 'file-size-over-brick-size') break;
  }
  const texts = refusals.map(({ clusterId, text, explanation }) => ({
    clusterId,
    text: explanation ? `${text}\n${explanation}` : text,
  }));
  throw refused(clusterErrorsText(texts, 'Unable to create volume on any cluster:'), refusals);
}

/** The clusters that may take the volume, in the order asked for or by id; refuses when there is none. */
export async function clustersFor(
  tx: ReadTx,
  { clusters, isBlockHosting }: Pick<VolumeRequest, 'clusters' | 'isBlockHosting'>,
  name: string,
  settings: OperationSettings,
): Promise<readonly Id[]> {
  const described = [];
  for (const id of clusters?.length ? clusters : (await tx.clusters.list()).map((cluster) => cluster.id)) {
    const cluster = await tx.clusters.find(id);
    if (!cluster) continue;
    described.push({
      id,
      allowsFile: cluster.allowsFile,
      allowsBlock: cluster.allowsBlock,
      volumeCount: await tx.volumes.countByCluster(id),
      nameTaken: (await tx.volumes.findByName(id, name)) !== null,
    });
  }
  const { eligible, reasons } = eligibleClusters(described, {
    name,
    isBlock: isBlockHosting,
    maxVolumes: settings.maxVolumesPerCluster,
  });
  if (eligible.length === 0) throw refused(clusterErrorsText(reasons, 'No eligible cluster for volume'), []);
  return eligible;
}

/** Clients of a create know one text for every way in which a size does not fit; the explanation says which. */
function createText({ reason, text }: Extract<PlacementResult, { kind: 'refused' }>): string {
  return reason === 'max-bricks' || reason === 'min-brick-size' ? 'No space' : text;
}

function refused(text: string, refusals: readonly ClusterPlacementRefusal[]): NoPlacementError {
  return new NoPlacementError('new volume', text, refusals);
}
