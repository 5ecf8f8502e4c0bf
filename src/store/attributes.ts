/** Marks of the original's database format; every database carries them, and a dump shows them. */
export const GENERATION_ID = 'DB_GENERATION_ID';

export const FORMAT_ATTRIBUTES = [
  'DB_BRICK_HAS_SUBTYPE_FIELD',
  'DB_CLUSTER_HAS_FILE_BLOCK_FLAG',
  'DB_DEVICE_HAS_ID_META',
  'DB_HAS_PENDING_OPS_BUCKET',
] as const;

/** What a database with the attributes `known` lacks. */
export function missingAttributes(
  known: ReadonlyMap<string, string>,
  newGenerationId: () => string,
): ReadonlyMap<string, string> {
  const missing = new Map<string, string>();
  for (const key of FORMAT_ATTRIBUTES) if (!known.has(key)) missing.set(key, 'yes');
  if (!known.has(GENERATION_ID)) missing.set(GENERATION_ID, newGenerationId());
  return missing;
}
