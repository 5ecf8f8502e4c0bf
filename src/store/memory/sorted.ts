/** Where `id` is in a list that is ordered by id, or where it would be. */
export function placeOf<T>(list: readonly T[], id: string, idOf: (item: T) => string): number {
  let from = 0;
  let to = list.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (idOf(list[middle] as T) < id) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The item with this id, if there is one. */
export function findSorted<T>(list: readonly T[], id: string, idOf: (item: T) => string): T | undefined {
  const item = list[placeOf(list, id, idOf)];
  return item !== undefined && idOf(item) === id ? item : undefined;
}

/** A list with the item, in place of the one with its id if there is one. */
export function withItem<T>(list: readonly T[], item: T, idOf: (item: T) => string): readonly T[] {
  const id = idOf(item);
  const place = placeOf(list, id, idOf);
  const there = list[place];
  return list.toSpliced(place, there !== undefined && idOf(there) === id ? 1 : 0, item);
}

/** A list without the item of this id; the same list when it is not in it. */
export function withoutItem<T>(list: readonly T[], id: string, idOf: (item: T) => string): readonly T[] {
  const place = placeOf(list, id, idOf);
  const there = list[place];
  return there !== undefined && idOf(there) === id ? list.toSpliced(place, 1) : list;
}

/** Whether the above can find what is in the list: the database orders other characters than ASCII's in another way. */
export function isSorted<T>(list: readonly T[], idOf: (item: T) => string): boolean {
  for (let i = 1; i < list.length; i++) if (idOf(list[i - 1] as T) >= idOf(list[i] as T)) return false;
  return true;
}
