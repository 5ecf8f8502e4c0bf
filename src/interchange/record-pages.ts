import type { Id } from '../domain/ids.js';
import { pagesOf } from '../store/pages.js';
import type { ReadTx } from '../store/store.js';
import type { Slices } from '../timing/turns.js';
import { type AllRecords, type ChildLists, LinkCollector, linksOf, type RecordKind } from './links.js';

type RecordOf<Kind extends RecordKind> = AllRecords[Kind][number];

/** The records of one state, each kind in the order of ids. */
export type RecordPages = {
  readonly [Kind in RecordKind]: () =>
    | AsyncIterable<readonly RecordOf<Kind>[]>
    | readonly (readonly RecordOf<Kind>[])[];
};

/** Of a state that stays as it is while it is gone through, as often as one likes. */
export function recordPages(tx: ReadTx): RecordPages {
  return {
    clusters: () => whole(tx.clusters),
    nodes: () => whole(tx.nodes),
    devices: () => inPages(tx.devices),
    bricks: () => inPages(tx.bricks),
    volumes: () => inPages(tx.volumes),
    blockVolumes: () => inPages(tx.blockVolumes),
    operations: () => whole(tx.operations),
  };
}

/** Of what was read whole. */
export function inOnePage(all: AllRecords): RecordPages {
  return {
    clusters: () => [all.clusters],
    nodes: () => [all.nodes],
    devices: () => [all.devices],
    bricks: () => [all.bricks],
    volumes: () => [all.volumes],
    blockVolumes: () => [all.blockVolumes],
    operations: () => [all.operations],
  };
}

/** `seen` is given each record. */
export async function readChildLists(
  tx: ReadTx,
  slices: Slices,
  seen: { readonly [Kind in RecordKind]?: (record: RecordOf<Kind>) => void } = {},
): Promise<ChildLists> {
  const links = new LinkCollector();
  const pages = recordPages(tx);
  for (const kind of Object.keys(pages) as RecordKind[]) {
    const see = seen[kind] as ((record: RecordOf<RecordKind>) => void) | undefined;
    for await (const page of pages[kind]()) {
      for (const record of page) {
        for (const link of linksOf(kind, record)) links.add(link);
        see?.(record);
        if (slices.isOver) await slices.next();
      }
    }
  }
  return links.lists(await tx.linkFaults.list());
}

async function* whole<T>(rows: { list(): Promise<readonly T[]> }): AsyncGenerator<readonly T[]> {
  yield await rows.list();
}

function inPages<T extends { readonly id: Id }>(rows: {
  listAfter(id: Id, limit: number): Promise<readonly T[]>;
}): AsyncGenerator<readonly T[]> {
  return pagesOf((after, limit) => rows.listAfter(after, limit));
}
