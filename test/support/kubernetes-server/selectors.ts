/** Whether a pod with these labels, or fields, is meant. */
export type Selector = (values: Readonly<Record<string, string>>) => boolean;

export class BadSelectorError extends Error {}

/** The forms `key`, `!key`, `key=value`, `key==value`, `key!=value`, joined by commas; sets are not modelled. */
export function parseSelector(text: string): Selector {
  const requirements = text.split(',').filter(Boolean).map(parseRequirement);
  return (values) => requirements.every((isMet) => isMet(values));
}

function parseRequirement(text: string): Selector {
  const [, key, operator, wanted] = /^\s*([^\s!=]+)\s*(==|=|!=)\s*([^\s!=]*)\s*$/.exec(text) ?? [];
  if (key !== undefined) {
    const isEqual: Selector = (values) => values[key] === wanted;
    return operator === '!=' ? (values) => !isEqual(values) : isEqual;
  }
  const words = text.trim().split(/\s+/);
  const [name = ''] = words;
  if (words[1] !== undefined) {
    throw new BadSelectorError(
      `unable to parse requirement: found '${words[1]}', expected: '=', '!=', '==', 'in', notin'`,
    );
  }
  return name.startsWith('!') ? (values) => !(name.slice(1) in values) : (values) => name in values;
}
