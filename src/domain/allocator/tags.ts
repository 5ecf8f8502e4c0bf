import type { Tags } from '../node.js';

/** The device's tags over the node's. */
export function effectiveTags(node: Tags, device: Tags): Tags {
  // Most devices have none, and a placement looks at every device of the cluster.
  for (const _ in device) return { ...node, ...device };
  return node;
}

/** Which kinds of bricks of an arbiter volume may go on a device. */
export type ArbiterRole = 'supported' | 'required' | 'disabled';

export function arbiterRole(tags: Tags): ArbiterRole {
  const role = tags['arbiter'];
  return role === 'required' || role === 'disabled' ? role : 'supported';
}

export interface TagRule {
  readonly name: string;
  readonly value: string;
  readonly isNegated: boolean;
}

/** `.-_` is a range here, as in the original: it takes in / : ; < = > ? @ [ \ ] ^ and leaves out the dash. */
const RULE = /^([a-zA-Z0-9.-_]+)(!?=)([a-zA-Z0-9.-_]+)$/;

/** Reads `NAME=VALUE` or `NAME!=VALUE`; null when the text is neither. */
export function parseTagRule(text: string): TagRule | null {
  const match = RULE.exec(text);
  const [, name, operator, value] = match ?? [];
  return name !== undefined && value !== undefined ? { name, value, isNegated: operator === '!=' } : null;
}

/** A missing tag has the value ''. */
export function matchesTagRule(rule: TagRule, tags: Tags): boolean {
  return ((tags[rule.name] ?? '') === rule.value) !== rule.isNegated;
}
