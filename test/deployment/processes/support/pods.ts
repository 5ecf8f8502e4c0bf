import type { Manifest } from './manifests.js';

export interface PodSpec {
  readonly serviceAccountName?: string;
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
  readonly securityContext?: object;
  readonly [field: string]: unknown;
}

export interface Volume {
  readonly name: string;
  readonly hostPath?: { readonly path: string };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly volumeMounts: readonly VolumeMount[];
  readonly [field: string]: unknown;
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly mountPropagation?: string;
}

/** The pods that deployments and DaemonSets make, with their labels. */
export function podsIn(manifests: readonly Manifest[]) {
  return manifests.flatMap(({ kind, spec }) => {
    if (kind !== 'Deployment' && kind !== 'DaemonSet') return [];
    const { metadata, spec: pod } = (
      spec as { template: { metadata: { labels: Record<string, string> }; spec: PodSpec } }
    ).template;
    return [{ kind, labels: metadata.labels, spec: pod }];
  });
}

export function containerOf(pod: PodSpec, name: string): Container {
  const found = pod.containers.find((container) => container.name === name);
  if (!found) throw new Error(`there is no container ${name}`);
  return found;
}

/** A container's arguments as it gets them: `$(NAME)` is the variable. What a secret or a field holds is `NAME` itself. */
export function argumentsOf({ args = [], env = [] }: Container): string[] {
  const values = new Map(env.map(({ name, value }) => [name, value ?? name]));
  return args.map((arg) =>
    arg.replace(/\$\((\w+)\)/g, (_, name: string) => {
      const value = values.get(name);
      if (value === undefined) throw new Error(`${arg}: there is no variable ${name}`);
      return value;
    }),
  );
}

/** The value of `--flag=VALUE`. */
export function flagOf(container: Container, flag: string): string {
  const found = argumentsOf(container).find((arg) => arg.startsWith(`${flag}=`));
  if (found === undefined) throw new Error(`${container.name} has no ${flag}`);
  return found.slice(flag.length + 1);
}

/** Where a container's path is: in which volume of its pod, and where in it; mounts deeper down have precedence. */
export function placeOf(container: Container, path: string): string {
  const [mount] = container.volumeMounts
    .filter(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`))
    .toSorted((a, b) => b.mountPath.length - a.mountPath.length);
  if (!mount) throw new Error(`${container.name}: ${path} is in no volume`);
  return `${mount.name}:${path.slice(mount.mountPath.length)}`;
}
