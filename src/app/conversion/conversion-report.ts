import { counted } from '../../domain/counted.js';
import { contradictions, type HeketiContents } from '../../interchange/heketi-contents.js';

/** What a conversion makes of Heketi's database, for a person to judge it by. */
export function conversionReport(contents: HeketiContents): string {
  const found = contradictions(contents.check);
  const operations = [...contents.imported.operations.values()].map(
    ({ id, type, status }) => `${id} ${type}${status === '' ? '' : ` (${status})`}`,
  );
  return [
    ...section('It holds', contents.tally),
    ...section('Of an older version, so that it is changed as Heketi itself would', contents.upgrades),
    ...section('Operations that were under way, and that the server finishes or undoes', operations),
    ...section(`${counted(found.length, 'contradiction')}, kept as found`, found),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}
