/** What a request is about. */
export interface Resource {
  /** As in its path, such as `pods`, `pods/exec` or `storageclasses`. */
  readonly kind: string;
  /** Null: of the whole cluster. */
  readonly namespace: string | null;
  /** '' for the collection. */
  readonly name: string;
}

/** Kinds of objects that are only stored, by the group that they belong to. */
const STORED: ReadonlyMap<string, readonly string[]> = new Map([
  ['api/v1', ['persistentvolumes', 'persistentvolumeclaims', 'endpoints', 'namespaces']],
  ['apis/storage.k8s.io/v1', ['storageclasses', 'csidrivers', 'csinodes']],
  ['apis/apps/v1', ['replicasets']],
]);

/** Null for what there is not here. */
export function readResource(path: readonly string[]): Resource | null {
  const parts = path[0] === 'apis' ? 3 : 2;
  const group = path.slice(0, parts).join('/');
  const rest = path.slice(parts);
  // A namespace itself has no further parts.
  const isNamespaced = rest[0] === 'namespaces' && rest.length > 2;
  const namespace = isNamespaced ? (rest[1] ?? null) : null;
  const [kind = '', name = '', sub, ...more] = isNamespaced ? rest.slice(2) : rest;
  if (more.length > 0) return null;
  const isCore = group === 'api/v1';
  if (isCore && kind === 'pods' && sub === 'exec' && namespace !== null) return { kind: 'pods/exec', namespace, name };
  if (sub !== undefined) return null;
  if ((isCore && kind === 'pods') || STORED.get(group)?.includes(kind)) return { kind, namespace, name };
  return isCore && kind === 'secrets' && namespace !== null ? { kind, namespace, name } : null;
}
