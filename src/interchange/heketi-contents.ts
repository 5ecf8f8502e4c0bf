import { DomainError } from '../domain/errors.js';
import { type Id, newId } from '../domain/ids.js';
import { GENERATION_ID } from '../store/attributes.js';
import type { ReadTx } from '../store/store.js';
import { Slices } from '../timing/turns.js';
import { type CheckReport, checkRecords } from './check.js';
import type { HeketiBolt } from './heketi-bolt.js';
import type { Imported } from './imported.js';
import { recordsOf } from './imported-records.js';
import type { AllRecords, ChildLists, RecordKind } from './links.js';
import { readEntries } from './read-entries.js';
import { readChildLists } from './record-pages.js';
import { RecordTally, type Tally, TallyingSource } from './tally.js';
import { upgrade } from './upgrade.js';
import { beforeUpgrade, upgradeChanges } from './upgrade-changes.js';

/** Heketi's own database, as a server has it that was started on it. */
export interface HeketiContents {
  readonly imported: Imported;
  /** Of the entries as they stand in the file. */
  readonly tally: Tally;
  /** What an older database has to be changed in; a sentence for each. */
  readonly upgrades: readonly string[];
  /** By the lists that stand in the file. */
  readonly check: CheckReport;
}

/** Reads all of it, and writes nothing. Throws DomainError for what can't be read, or is of a newer version. */
export function readContents(bolt: HeketiBolt): HeketiContents {
  const source = new TallyingSource(bolt);
  const imported = readEntries(source);
  const before = beforeUpgrade(imported);
  // It stays the same database, as when the original upgrades it.
  upgrade(imported, imported.attributes.get(GENERATION_ID) ?? newId());
  const upgrades = upgradeChanges(before, imported);
  return { imported, tally: source.tally, upgrades, check: checkRecords(recordsOf(imported)) };
}

const MOST_REASONS = 20;

/**
 * Proves that a store holds these contents, and nothing else: every record as it was read, as many and as large ones as
 * the file has, and the contradictions that were there, no more and no less. Throws DomainError with all that differs.
 */
export async function proveContents(tx: ReadTx, contents: HeketiContents): Promise<void> {
  const expected = recordsOf(contents.imported);
  const stored = await compareRecords(tx, expected);
  const attributes = await tx.attributes.list();
  const reasons = [
    ...otherLines(contents.tally, stored.tally),
    ...stored.differences,
    ...(isSame(contents.imported.attributes, attributes) ? [] : ['the attributes differ']),
    // Of the records as they were read: those that the store has otherwise are among the reasons already.
    ...otherLines(
      contradictions(contents.check),
      contradictions(checkRecords({ ...expected, children: stored.children })),
    ),
  ];
  if (reasons.length === 0) return;
  const more = reasons.length > MOST_REASONS ? [`and ${reasons.length - MOST_REASONS} more`] : [];
  throw new DomainError(
    'failed',
    `what was made of it is not what it holds: ${[...reasons.slice(0, MOST_REASONS), ...more].join('; ')}`,
  );
}

/** All that the consistency check has found, in the order of its kinds. */
export function contradictions(report: CheckReport): readonly string[] {
  return Object.values(report).flatMap((kind) => (typeof kind === 'number' ? [] : (kind.inconsistencies ?? [])));
}

function otherLines(expected: readonly string[], found: readonly string[]): readonly string[] {
  const [wanted, there] = [new Set(expected), new Set(found)];
  return [
    ...expected.filter((line) => !there.has(line)).map((line) => `missing: ${line}`),
    ...found.filter((line) => !wanted.has(line)).map((line) => `not expected: ${line}`),
  ];
}

interface Stored {
  readonly tally: Tally;
  readonly children: ChildLists;
  readonly differences: readonly string[];
}

/** Of the store's records no more than a page is held at once: a second copy of everything would double what this needs. */
async function compareRecords(tx: ReadTx, expected: AllRecords): Promise<Stored> {
  const tally = new RecordTally();
  const differences: string[] = [];
  const { children: _lists, ...records } = expected;
  const kinds = Object.keys(records) as RecordKind[];
  const missing = new Map(kinds.map((kind) => [kind, new Map(expected[kind].map((record) => [record.id, record]))]));
  const compare = (kind: RecordKind) => (record: { readonly id: Id }) => {
    tally.add(kind, record);
    const read = missing.get(kind)?.get(record.id);
    if (isSame(record, read)) missing.get(kind)?.delete(record.id);
    else if (read === undefined) differences.push(`${kind}: ${record.id} was never read`);
  };
  const children = await readChildLists(
    tx,
    new Slices(),
    Object.fromEntries(kinds.map((kind) => [kind, compare(kind)])),
  );
  for (const [kind, left] of missing)
    for (const id of left.keys()) differences.push(`${kind}: ${id} is not as it was read`);
  return { tally: tally.tally, children, differences };
}

/** Members that are undefined are none. */
function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (one instanceof Map && other instanceof Map) return isSame(Object.fromEntries(one), Object.fromEntries(other));
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [left, right] = [one as Readonly<Record<string, unknown>>, other as Readonly<Record<string, unknown>>];
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => isSame(left[name], right[name]));
}
