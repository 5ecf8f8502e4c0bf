import { bricksPerSet } from '../durability.js';
import { type BrickSize, brickSizes } from './brick-sizes.js';
import { type Candidates, findCandidates } from './candidates.js';
import { deviceRefusals, NO_DEVICES } from './device-refusals.js';
import { explainNoSpace } from './explain.js';
import { placeSets } from './place-sets.js';
import type { Placed, Position } from './placing.js';
import { positionsOf } from './positions.js';
import { newSearchBudget } from './search-sets.js';
import { parseTagRule } from './tags.js';
import type { ClusterSnapshot, NextId, PlacementRequest, PlacementResult, RefusalReason } from './types.js';
import { excludedDevice, forEachRefused } from './verdicts.js';

/**
 * Turns a volume's size into brick sets on devices of one cluster, or says why that can't be. Bricks are as large
 * as the limits and the devices allow; all sets of a size are placed, or none. The snapshot is not changed.
 */
export function placeVolume(snapshot: ClusterSnapshot, request: PlacementRequest, nextId: NextId): PlacementResult {
  const tagRule = request.tagMatch === null ? null : parseTagRule(request.tagMatch);
  if (request.tagMatch !== null && !tagRule) {
    const text = `Invalid tag matching rule: Invalid tag match rule: ${request.tagMatch}`;
    return refused(
      'invalid-tag-rule',
      text,
      'A rule is NAME=VALUE or NAME!=VALUE; letters, digits, dots and underscores may be used.',
    );
  }
  if (snapshot.nodes.length === 0)
    return refused('no-nodes', 'No nodes in cluster', 'Add nodes and devices to the cluster first.');
  const candidates = findCandidates(snapshot, tagRule);
  if (candidates.onlineDevices === 0) {
    const explanation = 'Every node or device is offline, failed, or was last seen down.';
    return {
      ...refused('no-online-devices', 'No online storage devices in cluster', explanation),
      devices: deviceRefusals((visit) => {
        for (const excluded of candidates.excluded()) visit(excludedDevice(excluded));
      }),
    };
  }
  return placeOn(candidates, request, nextId);
}

function placeOn(candidates: Candidates, request: PlacementRequest, nextId: NextId): PlacementResult {
  const setSize = bricksPerSet(request.durability);
  const budget = newSearchBudget();
  let tried: BrickSize | null = null;
  let reason: RefusalReason = 'min-brick-size';
  for (const size of brickSizes(request.sizeKib, request.durability, request.limits)) {
    if (size.sets * setSize + request.existingBricks > request.limits.maxBricksPerVolume) {
      reason = 'max-bricks';
      break;
    }
    const positions = positionsOf(size.brickKib, setSize, request);
    if (!positions) {
      const text = `Average file size (${request.arbiter?.averageFileKib}) is greater than Brick size (${size.brickKib})`;
      return refused(
        'file-size-over-brick-size',
        text,
        'Ask for a larger volume or a smaller user.heketi.average-file-size.',
      );
    }
    tried = size;
    const placed = placeSets(candidates, positions, size.sets, request, budget);
    if (placed) {
      return {
        kind: 'placed',
        brickKib: size.brickKib,
        sets: placed.map((set) => set.map((brick, i) => described(brick, positions[i], nextId))),
      };
    }
  }
  const excluded = candidates.excluded();
  // Clients know only "No space" for a volume that was too large for every size that was tried.
  const explanation = explainNoSpace(candidates, excluded, request, { tried, reason, isCertain: budget.visits > 0 });
  const devices = deviceRefusals((visit) => forEachRefused(candidates, request, { tried, reason }, visit));
  if (reason === 'max-bricks')
    return { kind: 'refused', reason, text: 'Maximum number of bricks reached.', explanation, devices };
  return { kind: 'refused', reason, text: 'Minimum brick size limit reached.  Out of space.', explanation, devices };
}

function described({ candidate, space }: Placed, position: Position | undefined, nextId: NextId) {
  const id = nextId();
  return {
    id,
    nodeId: candidate.node.id,
    deviceId: candidate.device.id,
    sizeKib: position?.sizeKib ?? 0,
    thinPoolKib: space.thinPoolKib,
    poolMetadataKib: space.poolMetadataKib,
    thinPool: `tp_${id}`,
    subType: position?.kind === 'arbiter' ? ('arbiter' as const) : ('normal' as const),
  };
}

function refused(
  reason: RefusalReason,
  text: string,
  explanation: string,
): Extract<PlacementResult, { kind: 'refused' }> {
  return { kind: 'refused', reason, text, explanation, devices: NO_DEVICES };
}
