/** What a request is about. */
export interface Resource {
  readonly kind: 'pods' | 'pods/exec' | 'secrets';
  /** Null: of the whole cluster. */
  readonly namespace: string | null;
  /** '' for the collection. */
  readonly name: string;
}

/** Null for what there is not here. */
export function readResource([api, version, ...rest]: readonly string[]): Resource | null {
  if (api !== 'api' || version !== 'v1') return null;
  const isNamespaced = rest[0] === 'namespaces';
  const namespace = isNamespaced ? (rest[1] ?? null) : null;
  const [kind, name = '', sub, ...more] = isNamespaced ? rest.slice(2) : rest;
  if (more.length > 0) return null;
  if (kind === 'pods' && sub === 'exec' && namespace !== null) return { kind: 'pods/exec', namespace, name };
  if (sub !== undefined) return null;
  if (kind === 'pods') return { kind, namespace, name };
  return kind === 'secrets' && namespace !== null ? { kind, namespace, name } : null;
}
