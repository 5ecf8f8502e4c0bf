import { DomainError } from '../../domain/errors.js';

/** What happens in place of a command, or of its result. */
export interface Reaction {
  readonly stdout: string;
  /** Null: success. */
  readonly failure: { readonly exitCode: number; readonly stderr: string } | null;
  /** Waited before anything else. */
  readonly pauseMs: number;
  /** Not '': the process dies with this text. */
  readonly panic: string;
}

export interface InjectionRule {
  readonly command: RegExp;
  /** Over what the command printed, or its error text; only rules for results look at it. */
  readonly result: RegExp;
  /** The rule sleeps unless this file exists; '' for always. */
  readonly conditionFile: string;
  readonly reaction: Reaction;
}

export interface InjectionRules {
  readonly commands: readonly InjectionRule[];
  readonly results: readonly InjectionRule[];
}

const SECTION = 'glusterfs.injectexec';

/**
 * Reads the section as the original does: keys in any case, unknown ones ignored, what is missing is empty. Throws
 * DomainError for a value of a wrong type and for an expression that can't be read.
 */
export function readInjectionRules(raw: unknown): InjectionRules {
  const injection = new Section(raw ?? {}, SECTION).section('command_injection');
  return { commands: injection.list('commands').map(readRule), results: injection.list('results').map(readRule) };
}

function readRule(hook: Section): InjectionRule {
  return {
    command: hook.expression('Cmd'),
    result: hook.expression('Result'),
    conditionFile: hook.text('CondFile'),
    reaction: readReaction(hook.section('Reaction')),
  };
}

function readReaction(reaction: Section): Reaction {
  const error = reaction.text('Err');
  const output = reaction.text('ErrOutput');
  const exitCode = reaction.number('ExitStatus');
  const fails = error !== '' || exitCode !== 0 || reaction.flag('ForceErr');
  const stderr = output !== '' || reaction.flag('ForceErrOutput') ? output : error;
  return {
    stdout: reaction.text('Result'),
    failure: fails ? { exitCode: exitCode || 1, stderr } : null,
    pauseMs: reaction.number('Pause') * 1000,
    panic: reaction.text('Panic'),
  };
}

/** One JSON object of the section, and where it stands. */
class Section {
  readonly #members: ReadonlyMap<string, unknown>;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(path, 'an object');
    // Sections are spelled with and without underscores in the wild.
    this.#members = new Map(Object.entries(value).map(([key, member]) => [plainKey(key), member]));
    this.#path = path;
  }

  section(key: string): Section {
    return new Section(this.#find(key) ?? {}, this.#pathOf(key));
  }

  list(key: string): readonly Section[] {
    const value = this.#find(key) ?? [];
    if (!Array.isArray(value)) throw wrong(this.#pathOf(key), 'a list');
    return value.map((item, i) => new Section(item, `${this.#pathOf(key)}[${i}]`));
  }

  text(key: string): string {
    const value = this.#find(key) ?? '';
    if (typeof value !== 'string') throw wrong(this.#pathOf(key), 'a string');
    return value;
  }

  flag(key: string): boolean {
    const value = this.#find(key) ?? false;
    if (typeof value !== 'boolean') throw wrong(this.#pathOf(key), 'true or false');
    return value;
  }

  number(key: string): number {
    const value = Number(this.#find(key) ?? 0);
    if (!Number.isInteger(value) || value < 0) throw wrong(this.#pathOf(key), 'a whole number, 0 or more');
    return value;
  }

  /** The original's expressions may begin with flags, `(?i)`, which are an argument here. */
  expression(key: string): RegExp {
    const text = this.text(key);
    const [, flags = '', pattern = ''] = /^(?:\(\?([ims]+)\))?([\s\S]*)$/.exec(text) ?? [];
    try {
      return new RegExp(pattern, flags);
    } catch (cause) {
      throw new DomainError('invalid', `${this.#pathOf(key)}: ${(cause as Error).message}`, { cause });
    }
  }

  #find(key: string): unknown {
    return this.#members.get(plainKey(key));
  }

  #pathOf(key: string): string {
    return `${this.#path}.${key}`;
  }
}

function plainKey(key: string): string {
  return key.toLowerCase().replaceAll('_', '');
}

function wrong(path: string, expected: string): DomainError {
  return new DomainError('invalid', `${path} must be ${expected}`);
}
