import { CliError } from './errors.js';

export type FlagKind = 'bool' | 'int' | 'float' | 'string' | 'strings';
export type FlagValue = boolean | number | string | readonly string[];

interface FlagSettings {
  readonly short?: string;
  /** Value when the flag is not given. */
  readonly fallback?: FlagValue;
  /** Words offered by shell completion. */
  readonly words?: readonly string[];
  /** The value is the name of a file, as shell completion has to know. */
  readonly takesFile?: boolean;
}

const ZERO: Record<FlagKind, FlagValue> = { bool: false, int: 0, float: 0, string: '', strings: [] };

/** A command line flag with the type rules that scripts written for the original client rely on. */
export class Flag {
  readonly kind: FlagKind;
  /** Without dashes. */
  readonly name: string;
  readonly description: string;
  /** One letter, without dash. */
  readonly short: string | null;
  /** Value when the flag is not given. */
  readonly fallback: FlagValue;
  readonly words: readonly string[];
  readonly takesFile: boolean;

  constructor(kind: FlagKind, name: string, description: string, settings: FlagSettings = {}) {
    this.kind = kind;
    this.name = name;
    this.description = description;
    this.short = settings.short ?? null;
    this.fallback = settings.fallback ?? ZERO[kind];
    this.words = settings.words ?? [];
    this.takesFile = settings.takesFile === true;
  }

  /** How texts call the flag: `--size`, or `-s, --server`. */
  get spelling(): string {
    return this.short === null ? `--${this.name}` : `-${this.short}, --${this.name}`;
  }

  /** Turns the text of a value into the flag's type; refuses what does not fit. `previous` is for repeatable flags. */
  parseValue(text: string, previous: FlagValue | undefined): FlagValue {
    const refuse = (reason: string): never => {
      throw new CliError(`invalid argument ${JSON.stringify(text)} for "${this.spelling}" flag: ${reason}`);
    };
    switch (this.kind) {
      case 'bool':
        return parseBool(text) ?? refuse(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
      case 'int':
        return parseInteger(text, refuse);
      case 'float':
        return (
          parseFloatStrictly(text) ?? refuse(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`)
        );
      case 'strings': {
        const earlier = Array.isArray(previous) ? (previous as readonly string[]) : [];
        return [...earlier, ...text.split(',').filter((part) => part !== '')];
      }
      case 'string':
        return text;
    }
  }
}

export const boolFlag = (name: string, description: string, settings?: FlagSettings): Flag =>
  new Flag('bool', name, description, settings);
export const intFlag = (name: string, description: string, settings?: FlagSettings): Flag =>
  new Flag('int', name, description, settings);
export const floatFlag = (name: string, description: string, settings?: FlagSettings): Flag =>
  new Flag('float', name, description, settings);
export const stringFlag = (name: string, description: string, settings?: FlagSettings): Flag =>
  new Flag('string', name, description, settings);
export const stringsFlag = (name: string, description: string, settings?: FlagSettings): Flag =>
  new Flag('strings', name, description, settings);

/** The spellings of a boolean that the original client takes; undefined for anything else. */
export function parseBool(text: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  return undefined;
}

const INTEGER = /^[+-]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]*|[1-9][0-9]*)$/;

function parseInteger(text: string, refuse: (reason: string) => never): number {
  if (!INTEGER.test(text)) return refuse(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const digits = text.replace(/^[+-]/, '').replace(/^0([0-7]+)$/, '0o$1');
  const value = Number(digits) * (text.startsWith('-') ? -1 : 1);
  if (!Number.isSafeInteger(value)) {
    return refuse(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  }
  return value === 0 ? 0 : value; // no negative zero in requests
}

function parseFloatStrictly(text: string): number | undefined {
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Typed reading of the flags a command was called with. */
export class FlagSet {
  readonly #given: ReadonlyMap<string, FlagValue>;
  readonly #fallbacks: ReadonlyMap<string, FlagValue>;

  /** `known`: every flag that may be asked for; where a name occurs twice, the first one counts. */
  constructor(known: readonly Flag[], given: ReadonlyMap<string, FlagValue>) {
    this.#given = given;
    this.#fallbacks = new Map([...known].reverse().map((flag) => [flag.name, flag.fallback]));
  }

  bool(name: string): boolean {
    return this.#valueOf(name) === true;
  }

  int(name: string): number {
    return Number(this.#valueOf(name) ?? 0);
  }

  float(name: string): number {
    return Number(this.#valueOf(name) ?? 0);
  }

  string(name: string): string {
    return String(this.#valueOf(name) ?? '');
  }

  strings(name: string): readonly string[] {
    const value = this.#valueOf(name);
    return Array.isArray(value) ? (value as readonly string[]) : [];
  }

  #valueOf(name: string): FlagValue | undefined {
    return this.#given.get(name) ?? this.#fallbacks.get(name);
  }
}
