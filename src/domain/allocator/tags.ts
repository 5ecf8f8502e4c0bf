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
const WORD = /^[a-zA-Z0-9.-_]+$/;

/**
 * Reads `NAME=VALUE` or `NAME!=VALUE`; null when the text is neither. Of several `=` the last one that has a value
 * after it counts.
 */
export function parseTagRule(text: string): TagRule | null {
  const isNegated = text.includes('!');
  const end = isNegated ? text.indexOf('!=') : text.lastIndexOf('=', text.length - 2);
  if (end < 0) return null;
  const name = text.slice(0, end);
  const value = text.slice(end + (isNegated ? 2 : 1));
  return WORD.test(name) && WORD.test(value) ? { name, value, isNegated } : null;
}

/** A missing tag has the value ''. */
export function tagValue(tags: Tags, name: string): string {
  return Object.hasOwn(tags, name) ? (tags[name] ?? '') : '';
}

export function matchesTagRule(rule: TagRule, tags: Tags): boolean {
  return (tagValue(tags, rule.name) === rule.value) !== rule.isNegated;
}
