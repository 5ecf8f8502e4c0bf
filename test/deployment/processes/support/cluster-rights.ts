import type { Manifest } from './manifests.js';

/** Something that is asked of the API server. */
export interface Attempt {
  readonly verb: string;
  /** '' for what is in no group. */
  readonly group: string;
  readonly resource: string;
  /** Null: of the whole cluster. */
  readonly namespace: string | null;
  /** '' for all of them. */
  readonly name: string;
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Binding extends Manifest {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string; readonly namespace: string }[];
}

/** The attempt that a GET of this path is, by the API server's rules. */
export function attemptOf(path: readonly string[]): Attempt {
  const [group, ...rest] = path[0] === 'apis' ? [path[1] ?? '', ...path.slice(3)] : ['', ...path.slice(2)];
  const isNamespaced = rest[0] === 'namespaces';
  const [resource = '', name = ''] = isNamespaced ? rest.slice(2) : rest;
  const verb = name === '' ? 'list' : 'get';
  return { verb, group, resource, namespace: isNamespaced ? (rest[1] ?? null) : null, name };
}

/** Whether roles and bindings among the manifests allow a service account of the namespace glusterfs this. */
export function isAllowed(manifests: readonly Manifest[], account: string, attempt: Attempt): boolean {
  return rulesOf(manifests, account).some(({ rule, namespace }) => {
    const { apiGroups, resources, resourceNames, verbs } = rule;
    return (
      (namespace === null || namespace === attempt.namespace) &&
      apiGroups.includes(attempt.group) &&
      resources.includes(attempt.resource) &&
      verbs.includes(attempt.verb) &&
      (resourceNames === undefined || resourceNames.includes(attempt.name))
    );
  });
}

/** All that an account may do, one line each: where, verbs, and what. */
export function describeRights(manifests: readonly Manifest[], account: string): string[] {
  return rulesOf(manifests, account)
    .map(({ rule: { resources, resourceNames, verbs }, namespace }) => {
      const names = resourceNames ? ` ${resourceNames.join(',')}` : '';
      return `${namespace ?? 'cluster'}: ${verbs.join(',')} ${resources.join(',')}${names}`;
    })
    .sort();
}

function rulesOf(manifests: readonly Manifest[], account: string) {
  const bindings = manifests.filter(({ kind }) => kind.endsWith('RoleBinding')) as Binding[];
  return bindings
    .filter(({ subjects }) =>
      subjects.some((one) => one.kind === 'ServiceAccount' && one.name === account && one.namespace === 'glusterfs'),
    )
    .flatMap(({ kind, metadata, roleRef }) => {
      const role = manifests.find((one) => one.kind === roleRef.kind && one.metadata.name === roleRef.name);
      const namespace = kind === 'ClusterRoleBinding' ? null : (metadata.namespace ?? null);
      return ((role?.['rules'] ?? []) as readonly Rule[]).map((rule) => ({ rule, namespace }));
    });
}
