/** What is wanted of a value: the rest of it is skipped, whatever it is. */
export type Shape =
  | { readonly kind: 'text' | 'flag' | 'integer' | 'float' }
  /** Of any type that is a number, which stands in an interface; null for none. */
  | { readonly kind: 'any number' }
  | { readonly kind: 'list'; readonly element: Shape }
  | { readonly kind: 'map of texts' }
  | StructShape;

export interface StructShape {
  readonly kind: 'struct';
  /** By the name in Go. */
  readonly members: ReadonlyMap<string, Member>;
}

/** A struct without a name of its own lends its members to the one it is in. */
export interface Member {
  readonly name: string | null;
  readonly shape: Shape;
}

export const text: Shape = { kind: 'text' };
export const flag: Shape = { kind: 'flag' };
export const integer: Shape = { kind: 'integer' };
export const float: Shape = { kind: 'float' };
export const anyNumber: Shape = { kind: 'any number' };
export const textMap: Shape = { kind: 'map of texts' };

export function list(element: Shape): Shape {
  return { kind: 'list', element };
}

/** By the name in Go: a shape under the same name, or one under another; null: it lends its members. */
export function struct(
  members: Readonly<Record<string, Shape | readonly [name: string | null, shape: Shape]>>,
): StructShape {
  const pairs = Object.entries(members).map(([goName, member]) => {
    const [name, shape] = 'kind' in member ? [goName, member] : member;
    return [goName, { name, shape }] as const;
  });
  return { kind: 'struct', members: new Map(pairs) };
}
