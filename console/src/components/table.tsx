import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useTexts } from '../i18n/language.js';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** What rows are sorted by; a column without it can't be. */
  readonly sortBy?: (row: Row) => string | number;
  readonly isNumber?: boolean;
}

export interface TableProps<Row> {
  /** What it shows, for those who hear it. */
  readonly label: string;
  readonly columns: readonly [Column<Row>, ...Column<Row>[]];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string | number;
  /** What a search looks at; without it there is no field for one. */
  readonly searchText?: (row: Row) => string;
  /** In place of rows when there are none at all. */
  readonly empty: ComponentChildren;
  /** Beside the search. */
  readonly tools?: ComponentChildren;
  /** Index of the column that sorts at first, and how; the order of `rows` when not given. */
  readonly sortedBy?: { readonly column: number; readonly isDescending: boolean };
}

/** From here on only rows in sight are drawn, each of one height. */
const MANY_ROWS = 60;
const ROW_REM = 2.5;
/** Drawn above and below what is in sight. */
const SPARE_ROWS = 12;

/**
 * Rows that are searched and sorted. Of many only those in sight are in the document; the others are known to a screen
 * reader by the number of each row.
 */
export function Table<Row>(props: TableProps<Row>) {
  const { label, columns, rows, keyOf, searchText, empty, tools } = props;
  const { common } = useTexts();
  const [search, setSearch] = useState('');
  const [sorting, setSorting] = useState(props.sortedBy ?? null);
  const found = useMemo(() => filter(rows, search, searchText), [rows, search, searchText]);
  const sorted = useMemo(() => {
    const sortBy = sorting === null ? undefined : columns[sorting.column]?.sortBy;
    return sortBy === undefined || sorting === null ? found : sort(found, sortBy, sorting.isDescending);
  }, [found, sorting, columns]);
  const isVirtual = sorted.length > MANY_ROWS;
  const { box, first, last, rowPx, onScroll } = useWindow(
    sorted.length,
    isVirtual,
    `${search} ${JSON.stringify(sorting)}`,
  );

  return (
    <div>
      {searchText === undefined && tools === undefined ? null : (
        <div class="table-tools">
          {searchText === undefined ? null : (
            <input
              type="search"
              class="search"
              aria-label={`${common.search}: ${label}`}
              placeholder={common.search}
              value={search}
              onInput={(event) => setSearch(event.currentTarget.value)}
            />
          )}
          {tools}
          <span class="small soft" role="status">
            {rows.length === 0 ? '' : common.rowsShown(sorted.length, rows.length)}
          </span>
        </div>
      )}
      {sorted.length === 0 ? (
        <div class="table-box empty">{rows.length === 0 ? empty : common.nothingFound}</div>
      ) : (
        <section
          class={`table-box${isVirtual ? ' tall' : ''}`}
          ref={box}
          onScroll={onScroll}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls by keys
          tabIndex={0}
          aria-label={label}
        >
          <table class={isVirtual ? 'virtual' : ''} aria-label={label} aria-rowcount={sorted.length + 1}>
            <thead>
              <tr aria-rowindex={1}>
                {columns.map((column, index) => (
                  <th key={column.title} scope="col" aria-sort={sortState(sorting, index)}>
                    {column.sortBy === undefined ? (
                      column.title
                    ) : (
                      <button
                        type="button"
                        title={common.sortBy(column.title)}
                        onClick={() =>
                          setSorting({
                            column: index,
                            isDescending: sorting?.column === index && !sorting.isDescending,
                          })
                        }
                      >
                        {column.title} <span aria-hidden="true">{sortSign(sorting, index)}</span>
                      </button>
                    )}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              <Gap heightPx={first * rowPx} columns={columns.length} />
              {sorted.slice(first, last).map((row, index) => (
                <tr key={keyOf(row)} aria-rowindex={first + index + 2}>
                  {columns.map((column, place) =>
                    place === 0 ? (
                      <th key={column.title} scope="row">
                        {column.cell(row)}
                      </th>
                    ) : (
                      <td key={column.title} class={column.isNumber ? 'number' : undefined}>
                        {column.cell(row)}
                      </td>
                    ),
                  )}
                </tr>
              ))}
              <Gap heightPx={(sorted.length - last) * rowPx} columns={columns.length} />
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}

function Gap({ heightPx, columns }: { readonly heightPx: number; readonly columns: number }) {
  if (heightPx <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus
    <tr class="gap" aria-hidden="true">
      <td colSpan={columns} style={{ height: `${heightPx}px` }} />
    </tr>
  );
}

/** Which rows are in sight; begins again at the first one when `order` changes. */
function useWindow(count: number, isVirtual: boolean, order: string) {
  const box = useRef<HTMLElement>(null);
  const [topPx, setTopPx] = useState(0);
  const rowPx = ROW_REM * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  useEffect(() => {
    if (box.current) box.current.scrollTop = 0;
    setTopPx(0);
  }, [order]);
  const heightPx = box.current?.clientHeight || innerHeight;
  const first = isVirtual ? Math.max(0, Math.min(Math.floor(topPx / rowPx) - SPARE_ROWS, count)) : 0;
  const last = isVirtual ? Math.min(count, Math.ceil((topPx + heightPx) / rowPx) + SPARE_ROWS) : count;
  const onScroll = (): void => {
    if (isVirtual && box.current) setTopPx(box.current.scrollTop);
  };
  return { box, first, last, rowPx, onScroll };
}

function filter<Row>(rows: readonly Row[], search: string, textOf: ((row: Row) => string) | undefined): readonly Row[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 || textOf === undefined) return rows;
  return rows.filter((row) => {
    const text = textOf(row).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function sort<Row>(rows: readonly Row[], sortBy: (row: Row) => string | number, isDescending: boolean): readonly Row[] {
  const collator = new Intl.Collator(undefined, { numeric: true });
  const keyed = rows.map((row) => ({ row, key: sortBy(row) }));
  keyed.sort((a, b) => {
    if (typeof a.key === 'number' && typeof b.key === 'number') return a.key - b.key;
    return collator.compare(String(a.key), String(b.key));
  });
  if (isDescending) keyed.reverse();
  return keyed.map(({ row }) => row);
}

type Sorting = TableProps<unknown>['sortedBy'] | null;

function sortState(sorting: Sorting, index: number): 'ascending' | 'descending' | undefined {
  if (sorting?.column !== index) return undefined;
  return sorting.isDescending ? 'descending' : 'ascending';
}

function sortSign(sorting: Sorting, index: number): string {
  if (sorting?.column !== index) return '↕';
  return sorting.isDescending ? '↓' : '↑';
}
