import { counted } from '../../domain/counted.js';
import type { Id } from '../../domain/ids.js';
import type { HealingSet } from '../volumes/healing-set.js';

/** A brick that a removal could not move. */
export interface Unmoved {
  readonly id: Id;
  readonly volumeId: Id;
  readonly reason: string;
}

const LISTED_AT_MOST = 50;

/**
 * What a removal could not do, for its client: the first reason in the first line, then each brick with its own.
 * `total`: bricks that were to be moved.
 */
export function describeRest(
  unmoved: readonly Unmoved[],
  healing: readonly HealingSet[],
  total: number,
  healLimitMs: number,
): string {
  const lines: string[] = [];
  if (unmoved.length > 0) {
    lines.push(`${unmoved.length} of ${counted(total, 'brick')} could not be moved:`);
    lines.push(...listed(unmoved.map(({ id, volumeId, reason }) => `  brick ${id} of volume ${volumeId}: ${reason}`)));
  }
  if (healing.length > 0) {
    lines.push(
      `${counted(healing.length, 'brick')} of those that were replaced still ${healing.length === 1 ? 'waits' : 'wait'} for the heal after ${daysOf(healLimitMs)}; see to that:`,
    );
    lines.push(...listed(healing.map(healingLine)));
  }
  lines.push('What was moved stays where it is. Ask for the removal again once the reasons are gone.');
  const [first] = unmoved;
  return [...(first ? [first.reason] : []), ...lines].join('\n');
}

function healingLine({ brickId, volumeId, record }: HealingSet): string {
  return `  brick ${brickId} of volume ${volumeId} (operation ${record.id}): ${record.retry?.error ?? 'nobody has looked yet'}`;
}

function listed(lines: readonly string[]): readonly string[] {
  if (lines.length <= LISTED_AT_MOST) return lines;
  return [...lines.slice(0, LISTED_AT_MOST), `  and ${lines.length - LISTED_AT_MOST} more`];
}

function daysOf(ms: number): string {
  const hours = Math.round(ms / 3_600_000);
  return hours >= 48 ? counted(Math.round(hours / 24), 'day') : counted(hours, 'hour');
}
