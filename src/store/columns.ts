import type { ExactIntegers } from '../domain/size.js';

export type SqlValue = string | number | null;

/**
 * A column: its name, what it holds, and the member it is in the rest of the program. Where both are the same there is
 * nothing to convert.
 */
export interface Column<Name extends string = string, Stored extends SqlValue = SqlValue, Member = unknown> {
  readonly name: Name;
  readonly decode: ((stored: Stored) => Member) | null;
  readonly encode: ((member: Member) => Stored) | null;
  /**
   * `lasting`: written by an insert only, where a row belongs never changes; naming an indexed column in an update makes
   * SQLite write its index again, at a page per index and commit. `apart`: by statements of its own only.
   */
  readonly written: 'always' | 'lasting' | 'apart';
}

/** Any column, for those who go through all. */
export interface AnyColumn extends Pick<Column, 'name' | 'written'> {
  readonly decode: ((stored: never) => unknown) | null;
  readonly encode: ((member: never) => SqlValue) | null;
}

type Plain<Name extends string, Stored extends SqlValue> = Column<Name, Stored, Stored>;

function plain<Name extends string, Stored extends SqlValue>(name: Name): Plain<Name, Stored> {
  return { name, decode: null, encode: null, written: 'always' };
}

function coded<Name extends string, Stored extends SqlValue, Member>(
  name: Name,
  decode: (stored: Stored) => Member,
  encode: (member: Member) => Stored,
): Column<Name, Stored, Member> {
  return { name, decode, encode, written: 'always' };
}

export function lasting<C extends Pick<Column, 'written'>>(column: C): C {
  return { ...column, written: 'lasting' };
}

export function apart<C extends Pick<Column, 'written'>>(column: C): C & { readonly written: 'apart' } {
  return { ...column, written: 'apart' };
}

/** One of a few words has their type: `textOf<EntryState>()('state')`. */
export function textOf<Word extends string | null>() {
  return <Name extends string>(name: Name) => plain<Name, Word>(name);
}

export const text = textOf<string>();
export const optionalText = textOf<string | null>();
export const integer = <Name extends string>(name: Name) => plain<Name, number>(name);
export const optionalInteger = <Name extends string>(name: Name) => plain<Name, number | null>(name);
export const flag = <Name extends string>(name: Name) => coded(name, isSet, toFlag);
export const list = <Name extends string>(name: Name) => coded(name, listFrom, listTo);
export const optionalList = <Name extends string>(name: Name) => coded(name, optionalListFrom, optionalListTo);
export const map = <Name extends string>(name: Name) => coded(name, mapFrom, mapTo);
/** What was written is what is read; its type is taken on trust. Null is null, and not the text of it. */
export function jsonOf<Member>() {
  return <Name extends string>(name: Name) => coded<Name, string | null, Member>(name, jsonFrom as never, jsonTo);
}

/** Integers that a number can't hold; undefined where there are none. */
export const exact = <Name extends string>(name: Name) => coded(name, exactFrom, exactTo);

function isSet(value: number): boolean {
  return value === 1;
}

function toFlag(value: boolean): number {
  return value ? 1 : 0;
}

const EMPTY_LIST: readonly string[] = Object.freeze([]);
const EMPTY_MAP: Readonly<Record<string, string>> = Object.freeze({});

export function listFrom(text: string): readonly string[] {
  return text === '[]' ? EMPTY_LIST : (JSON.parse(text) as string[]);
}

export function listTo(list: readonly string[]): string {
  return list.length === 0 ? '[]' : JSON.stringify(list);
}

function optionalListFrom(text: string | null): readonly string[] | null {
  return text === null ? null : listFrom(text);
}

function optionalListTo(list: readonly string[] | null): string | null {
  return list === null ? null : listTo(list);
}

export function mapFrom(text: string): Readonly<Record<string, string>> {
  return text === '{}' ? EMPTY_MAP : (JSON.parse(text) as Record<string, string>);
}

export function mapTo(map: Readonly<Record<string, string>>): string {
  return JSON.stringify(map);
}

function jsonFrom(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

function jsonTo(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

function exactFrom(text: string | null): ExactIntegers | undefined {
  if (text === null) return undefined;
  const exact: Record<string, bigint> = {};
  for (const [field, digits] of Object.entries(JSON.parse(text) as Record<string, string>)) {
    exact[field] = BigInt(digits);
  }
  return exact;
}

function exactTo(exact: ExactIntegers | undefined): string | null {
  if (exact === undefined) return null;
  const entries = Object.entries(exact);
  if (entries.length === 0) return null;
  return JSON.stringify(Object.fromEntries(entries.map(([field, value]) => [field, value.toString()])));
}
