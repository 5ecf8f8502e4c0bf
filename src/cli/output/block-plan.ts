import { type Integer, memberOf, readInteger, readList, readText } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { formatPlacement, OF_NEW_VOLUME, type Placement, readPlacement } from './placement.js';
import { lines } from './text.js';
import { formatTable } from './volume-table.js';

/** The server's answer to a block volume request that nothing is to be created for. */
export interface BlockPlan {
  readonly fits: boolean;
  readonly hosting: {
    readonly id: string;
    readonly name: string;
    readonly cluster: string;
    readonly freeGib: Integer;
  } | null;
  readonly newHosting: Placement | null;
  readonly reason: string;
  readonly refusals: readonly {
    readonly id: string;
    readonly name: string;
    readonly freeGib: Integer;
    readonly text: string;
  }[];
  readonly largestGib: Integer;
}

export function readBlockPlan(json: JsonValue): BlockPlan {
  const [hosting, newHosting] = [memberOf(json, 'hosting'), memberOf(json, 'newHosting')];
  return {
    fits: memberOf(json, 'fits') === true,
    hosting: isThere(hosting)
      ? {
          id: readText(memberOf(hosting, 'id')),
          name: readText(memberOf(hosting, 'name')),
          cluster: readText(memberOf(hosting, 'clusterId')),
          freeGib: readInteger(memberOf(hosting, 'freeGib')),
        }
      : null,
    newHosting: isThere(newHosting) ? readPlacement(newHosting) : null,
    reason: readText(memberOf(json, 'reason')),
    refusals: readList(memberOf(json, 'refusals')).map((refusal) => ({
      id: readText(memberOf(refusal, 'volumeId')),
      name: readText(memberOf(refusal, 'name')),
      freeGib: readInteger(memberOf(refusal, 'freeGib')),
      text: readText(memberOf(refusal, 'text')),
    })),
    largestGib: readInteger(memberOf(json, 'largestGib')),
  };
}

function isThere(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && value !== null;
}

/** The hosting volume, that which would be made, or what stands in the way. */
export function formatBlockPlan(plan: BlockPlan): string {
  return `${bodyOf(plan)}\n${lines(`Largest block volume that would fit now: ${plan.largestGib} GiB`)}`;
}

function bodyOf({ hosting, newHosting, reason, refusals }: BlockPlan): string {
  if (hosting)
    return lines(
      `The block volume would fit on block hosting volume ${hosting.name} (${hosting.id}) of cluster ${hosting.cluster}, which has ${hosting.freeGib} GiB free`,
    );
  const head =
    reason === '' ? 'A block hosting volume would be made for it.' : `The block volume would not fit: ${reason}`;
  const rows = refusals.map(({ name, id, freeGib, text }) => [name, id, `${freeGib} GiB`, text]);
  const others = rows.length > 0 ? [formatTable([['HOSTING VOLUME', 'ID', 'FREE', 'REASON'], ...rows])] : [];
  return [lines(head), ...others, ...(newHosting ? [formatPlacement(newHosting, OF_NEW_VOLUME)] : [])].join('\n');
}
