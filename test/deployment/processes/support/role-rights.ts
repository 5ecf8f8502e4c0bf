import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Manifest, readManifests } from './manifests.js';

const COMPONENTS = resolve(import.meta.dirname, '../../../../deploy/kubernetes/components');

/** The objects of a component's file. */
export function manifestsOf(file: string): Manifest[] {
  return readManifests(readFileSync(resolve(COMPONENTS, file), 'utf8'));
}

/** What a component's role allows, as `verb resource` each. */
export function rightsOf(component: string): string[] {
  const [role] = manifestsOf(`${component}/role.yaml`);
  const rules = role?.['rules'] as readonly { readonly resources: string[]; readonly verbs: string[] }[];
  return rules.flatMap(({ resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
  );
}
