import { memberOf, readList, readText } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { lines } from './text.js';

/** What the server found when it compared a node with its database, and what came of it. */
export interface Repair {
  readonly nodeId: string;
  readonly host: string;
  readonly isDryRun: boolean;
  readonly findings: readonly {
    readonly kind: string;
    readonly volumeName: string;
    readonly brickId: string;
    readonly outcome: string;
    readonly detail: string;
  }[];
  readonly unreadable: readonly string[];
}

export function readRepair(json: JsonValue): Repair {
  return {
    nodeId: readText(memberOf(json, 'nodeId')),
    host: readText(memberOf(json, 'host')),
    isDryRun: memberOf(json, 'isDryRun') === true,
    findings: readList(memberOf(json, 'findings')).map((finding) => ({
      kind: readText(memberOf(finding, 'kind')),
      volumeName: readText(memberOf(finding, 'volumeName')),
      brickId: memberOf(finding, 'brickId') === null ? '' : readText(memberOf(finding, 'brickId')),
      outcome: readText(memberOf(finding, 'outcome')),
      detail: readText(memberOf(finding, 'detail')),
    })),
    unreadable: readList(memberOf(json, 'unreadable')).map(readText),
  };
}

export function formatRepair({ nodeId, host, isDryRun, findings, unreadable }: Repair): string {
  const isFine = findings.length === 0 && unreadable.length === 0;
  return lines(
    `Node: ${nodeId}`,
    `Host: ${host}`,
    ...(isDryRun ? ['Dry run: nothing was changed'] : []),
    ...findings.flatMap(({ kind, volumeName, brickId, outcome, detail }) => [
      `  ${outcome}: ${kind} (volume ${volumeName}${brickId === '' ? '' : `, brick ${brickId}`})`,
      `    ${detail.replaceAll('\n', '\n    ')}`,
    ]),
    ...unreadable.map((text) => `  not read: ${text.replaceAll('\n', '\n    ')}`),
    ...(isFine ? ['  everything is as the database says'] : []),
  );
}

/** How many things a person has to look at. */
export function countOpen({ findings, unreadable }: Repair): number {
  const open = findings.filter(
    ({ kind, outcome }) => (outcome === 'failed' || outcome === 'left alone') && kind !== 'volume being changed',
  );
  return open.length + unreadable.length;
}
