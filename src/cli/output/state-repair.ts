import { memberOf, readList, readText, readTexts } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { lines } from './text.js';

/** What a repair of the state would do, or has left. */
export interface StateRepairPlan {
  readonly isPossible: boolean;
  /** '' when nothing prevents the whole. */
  readonly obstacle: string;
  readonly steps: readonly { readonly step: string; readonly host: string; readonly text: string }[];
  readonly differences: readonly PlannedMending[];
  readonly notCompared: readonly { readonly host: string; readonly reason: string }[];
  readonly pending: number;
}

interface PlannedMending {
  /** Manage name of a host, or what else it is about. */
  readonly where: string;
  readonly text: string;
  readonly remedy: string;
  /** '' for one that is left. */
  readonly step: string;
  readonly obstacle: string;
}

export function readStateRepair(json: JsonValue): StateRepairPlan {
  return {
    isPossible: memberOf(json, 'isPossible') === true,
    obstacle: readNullable(json, 'obstacle'),
    steps: readList(memberOf(json, 'steps')).map((step) => ({
      step: readText(memberOf(step, 'step')),
      host: readText(memberOf(step, 'host')),
      text: readText(memberOf(step, 'text')),
    })),
    differences: readList(memberOf(json, 'differences')).map((difference) => ({
      where: whereIs(readText(memberOf(difference, 'host')), readText(memberOf(difference, 'clusterId'))),
      text: readText(memberOf(difference, 'text')),
      remedy: readText(memberOf(difference, 'remedy')),
      step: readNullable(difference, 'step'),
      obstacle: readNullable(difference, 'obstacle'),
    })),
    notCompared: readList(memberOf(json, 'notCompared')).map((one) => ({
      host: readText(memberOf(one, 'host')),
      reason: readText(memberOf(one, 'reason')),
    })),
    pending: readTexts(memberOf(json, 'pendingOperations')).length,
  };
}

/** Steps with what each mends, then what stays, and why. */
export function formatStateRepair(plan: StateRepairPlan): string {
  const { differences, steps, obstacle, notCompared, pending } = plan;
  const staying = differences.filter(({ step }) => step === '');
  const count = differences.length === 1 ? '1 difference' : `${differences.length} differences`;
  const which = staying.length === 0 ? count : `${differences.length - staying.length} of ${count}`;
  return lines(
    differences.length === 0 ? 'State: nothing is to be repaired' : `State: ${which} would be repaired`,
    ...(obstacle === '' ? [] : [`In the way of all of it: ${obstacle.replaceAll('\n', '\n  ')}`]),
    ...steps.flatMap(({ step, text }) => [
      `  ${text}`,
      ...differences.filter((one) => one.step === step).map(({ where, text: mended }) => `    ${where}: ${mended}`),
    ]),
    ...under('What would stay:', formatStaying(staying)),
    ...formatUnasked(notCompared, pending),
  );
}

/** After a repair. */
export function formatStateLeft({ differences, notCompared, pending }: StateRepairPlan): string {
  return lines(
    'What could be repaired is repaired',
    ...under('What is left:', formatStaying(differences)),
    ...formatUnasked(notCompared, pending),
  );
}

function formatStaying(staying: readonly PlannedMending[]): readonly string[] {
  return staying.flatMap(({ where, text, obstacle, remedy }) => [
    `  ${where}: ${text}`,
    ...(obstacle === '' ? [] : [`    it stays: ${obstacle}`]),
    `    ${remedy}`,
  ]);
}

function formatUnasked(notCompared: StateRepairPlan['notCompared'], pending: number): readonly string[] {
  return [
    ...notCompared.map(({ host, reason }) => `${host}: could not be compared, and is left alone: ${reason}`),
    ...(pending > 0 ? [`${pending} pending operations are left out: heketi-cli server operations list`] : []),
  ];
}

function under(title: string, rows: readonly string[]): readonly string[] {
  return rows.length === 0 ? [] : [title, ...rows];
}

function whereIs(host: string, cluster: string): string {
  if (host !== '') return host;
  return cluster === '' ? 'database' : `cluster ${cluster}`;
}

function readNullable(json: JsonValue, name: string): string {
  const value = memberOf(json, name);
  return value === undefined || value === null ? '' : readText(value);
}
