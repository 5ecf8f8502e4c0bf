import type { Id } from '../domain/ids.js';
import { gathered, indentedJson, lineStart } from '../json/long-json.js';
import type { ReadTx } from '../store/store.js';
import { Slices } from '../timing/turns.js';
import { CHECKS, KindCount } from './check.js';
import type { CheckContext } from './check-context.js';
import type { AllRecords, RecordKind } from './links.js';
import { readChildLists, recordPages } from './record-pages.js';

/**
 * What `checkDatabase` reports, of a state that stays as it is, indented, in pieces that are made in slices. Each kind of
 * record is gone through twice where there is anything wrong with it: what is wrong stands behind how much of it is.
 */
export function checkText(tx: ReadTx): AsyncIterable<string> {
  return gathered(kindTexts(tx));
}

async function* kindTexts(tx: ReadTx): AsyncGenerator<string> {
  const slices = new Slices();
  const context = await readContext(tx, slices);
  let total = 0;
  let start = '{';
  for (const { name, of, check } of CHECKS) {
    const eachText = async function* (count: KindCount): AsyncGenerator<string> {
      for await (const page of of === null ? [] : pagesIn(tx, context, of)) {
        for (const record of page) {
          yield* count.seen(record, check(record, context));
          if (slices.isOver) await slices.next();
        }
      }
    };
    const count = new KindCount();
    for await (const _ of eachText(count)) total += 1;
    const figures = indentedJson({ ...count.figures(), inconsistencies: null }, 1);
    yield `${start}${lineStart(1)}${indentedJson(name, 1)}: `;
    start = ',';
    if (count.notok === 0) {
      yield figures;
      continue;
    }
    yield figures.slice(0, figures.lastIndexOf('null'));
    let textStart = '[';
    for await (const text of eachText(new KindCount())) {
      yield `${textStart}${lineStart(3)}${indentedJson(text, 3)}`;
      textStart = ',';
    }
    yield `${lineStart(2)}]${lineStart(1)}}`;
  }
  yield `${start}${lineStart(1)}"totalinconsistencies": ${total}\n}\n`;
}

/** Those that are in memory anyway are not read again. */
function pagesIn(tx: ReadTx, context: CheckContext, kind: RecordKind) {
  return kind === 'volumes' ? recordPages(tx).volumes() : [context[kind].values()];
}

async function readContext(tx: ReadTx, slices: Slices): Promise<CheckContext> {
  const records = {
    clusters: new Map<Id, AllRecords['clusters'][number]>(),
    nodes: new Map<Id, AllRecords['nodes'][number]>(),
    devices: new Map<Id, AllRecords['devices'][number]>(),
    bricks: new Map<Id, AllRecords['bricks'][number]>(),
    blockVolumes: new Map<Id, AllRecords['blockVolumes'][number]>(),
    operations: new Map<Id, AllRecords['operations'][number]>(),
  };
  const volumes = new Map<Id, Pick<AllRecords['volumes'][number], 'id' | 'clusterId' | 'pendingId'>>();
  const children = await readChildLists(tx, slices, {
    clusters: (record) => records.clusters.set(record.id, record),
    nodes: (record) => records.nodes.set(record.id, record),
    devices: (record) => records.devices.set(record.id, record),
    bricks: (record) => records.bricks.set(record.id, record),
    volumes: ({ id, clusterId, pendingId }) => volumes.set(id, { id, clusterId, pendingId }),
    blockVolumes: (record) => records.blockVolumes.set(record.id, record),
    operations: (record) => records.operations.set(record.id, record),
  });
  return { ...records, volumes, children };
}
