import type { ExactIntegers } from '../../domain/size.js';

/** The value as it was imported, where the entity's own field could not hold it. */
export function exactly(
  entity: { readonly exact?: ExactIntegers | undefined },
  field: string,
  value: number,
): number | bigint {
  return entity.exact?.[field] ?? value;
}
