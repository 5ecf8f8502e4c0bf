import type { ExactIntegers } from '../../domain/size.js';

/** Conversions between an entity's members and columns, the same for every table. */

export function toFlag(value: boolean): number {
  return value ? 1 : 0;
}

const EMPTY_LIST: readonly string[] = Object.freeze([]);
const EMPTY_MAP: Readonly<Record<string, string>> = Object.freeze({});

export function listFrom(text: string): readonly string[] {
  return text === '[]' ? EMPTY_LIST : (JSON.parse(text) as string[]);
}

export function optionalListFrom(text: string | null): readonly string[] | null {
  return text === null ? null : listFrom(text);
}

export function listTo(list: readonly string[]): string {
  return list.length === 0 ? '[]' : JSON.stringify(list);
}

export function optionalListTo(list: readonly string[] | null): string | null {
  return list === null ? null : listTo(list);
}

export function mapFrom(text: string): Readonly<Record<string, string>> {
  return text === '{}' ? EMPTY_MAP : (JSON.parse(text) as Record<string, string>);
}

export function mapTo(map: Readonly<Record<string, string>>): string {
  return JSON.stringify(map);
}

/** The `exact` member, to be spread into an entity: absent when there is nothing to say. */
export function exactFrom(text: string | null): { readonly exact?: ExactIntegers } {
  if (text === null) return {};
  const exact: Record<string, bigint> = {};
  for (const [field, digits] of Object.entries(JSON.parse(text) as Record<string, string>)) {
    exact[field] = BigInt(digits);
  }
  return { exact };
}

export function exactTo(exact: ExactIntegers | undefined): string | null {
  if (exact === undefined) return null;
  const entries = Object.entries(exact);
  if (entries.length === 0) return null;
  return JSON.stringify(Object.fromEntries(entries.map(([field, value]) => [field, value.toString()])));
}
