export const KIB_PER_GIB = 1024 * 1024;

export function gibToKib(gib: number): number {
  return gib * KIB_PER_GIB;
}

/** Rounds `value` up to a multiple of `unit`; both whole numbers, `unit` > 0. */
export function alignUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/**
 * Integers of an imported database that a double cannot hold, by field name: device counters near 2^64, for
 * example. The entity's own field then holds the nearest safe value; what is shown to people comes from here.
 */
export type ExactIntegers = Readonly<Record<string, bigint>>;

/** The entity without the exact integers of fields that are given new values. */
export function withoutExact<T extends { readonly exact?: ExactIntegers | undefined }>(
  entity: T,
  fields: readonly string[],
): T {
  if (!entity.exact) return entity;
  const exact = Object.fromEntries(Object.entries(entity.exact).filter(([field]) => !fields.includes(field)));
  return { ...entity, exact };
}
