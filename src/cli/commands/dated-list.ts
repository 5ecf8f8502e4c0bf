import type { HeketiClient } from '../../client/client.js';
import { memberOf, readList, readText } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { stringifyJson } from '../../json/stringify-json.js';
import type { CliContext } from '../context.js';
import { CliError, ConnectionError } from '../errors.js';
import { type Flag, type FlagSet, intFlag, stringFlag } from '../flags.js';

const FOLLOW_MS = 2_000;
const PAGE = 1_000;
const DEFAULT_LIMIT = 50;
const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What the server lists in the order of time: where it is asked for, and how it is shown. */
export interface DatedList {
  readonly path: string;
  /** Of the answer. */
  readonly member: string;
  /** Flags that are sent as they are. */
  readonly filters: readonly string[];
  format(item: JsonValue): string;
}

/** The flags that say which part of it is shown. */
export const DATED_FLAGS: readonly Flag[] = [
  stringFlag('since', 'Id behind which to begin, a time (RFC 3339), or how long ago: 30m, 24h, 7d.'),
  intFlag('limit', 'How many of the newest to show, without --since.', { fallback: DEFAULT_LIMIT }),
];

/** Shows what the flags ask for, and what follows, if they say so. */
export async function showDatedList(context: CliContext, flags: FlagSet, list: DatedList, follows: boolean) {
  const since = flags.string('since');
  const begin = since === '' ? null : beginningOf(since, context.io.now());
  const reader = new DatedReader(context, await context.connect(flags), flags, list);
  const last = begin === null ? await reader.newest(flags.int('limit')) : await reader.allFrom(begin);
  if (follows) await reader.follow(last);
}

/** Behind an id, or from a time on (Unix milliseconds). */
type Beginning = { readonly id: number } | { readonly time: number };

function beginningOf(text: string, now: number): Beginning {
  if (/^\d+$/.test(text)) return { id: Number(text) };
  const [, count, unit = ''] = /^(\d+)([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return { time: now - Number(count) * (UNITS_MS[unit] ?? 0) };
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new CliError(`--since is ${text}: it must be an id, a time such as 2026-01-31T12:00:00Z, or 24h`);
  return { time };
}

class DatedReader {
  readonly #context: CliContext;
  readonly #client: HeketiClient;
  readonly #flags: FlagSet;
  readonly #list: DatedList;

  constructor(context: CliContext, client: HeketiClient, flags: FlagSet, list: DatedList) {
    this.#context = context;
    this.#client = client;
    this.#flags = flags;
    this.#list = list;
  }

  /** Answers the id behind which to go on. */
  async newest(limit: number): Promise<number> {
    const page = await this.#ask({ limit: String(Math.min(Math.max(1, limit), PAGE)) });
    this.#print(this.#itemsIn(page));
    return idIn(page, 'since');
  }

  async allFrom(begin: Beginning): Promise<number> {
    if ('id' in begin) return this.#allBehind(begin.id);
    const found: JsonValue[] = [];
    let since: number | null = null;
    for (let before: number | null = null; ; ) {
      const page = await this.#ask({ limit: String(PAGE), ...(before === null ? {} : { before: String(before) }) });
      since ??= idIn(page, 'since');
      const items = this.#itemsIn(page);
      const young = items.filter((item) => Date.parse(readText(memberOf(item, 'time'))) >= begin.time);
      found.unshift(...young);
      before = memberOf(page, 'before') === undefined ? null : idIn(page, 'before');
      if (before === null || young.length < items.length) break;
    }
    this.#print(found);
    return since;
  }

  /** Until interrupted. A server that restarts in the meantime is waited for. */
  async follow(last: number): Promise<void> {
    for (let since = last; ; ) {
      await this.#context.io.sleep(FOLLOW_MS);
      try {
        since = await this.#allBehind(since);
      } catch (error) {
        if (!(error instanceof ConnectionError)) throw error;
        this.#context.warn(`${error.message}\n`);
      }
    }
  }

  async #allBehind(id: number): Promise<number> {
    for (let since = id; ; ) {
      const page = await this.#ask({ limit: String(PAGE), since: String(since) });
      if (memberOf(page, 'missing') === true) this.#context.warn('Note: what came before these is not kept any more\n');
      this.#print(this.#itemsIn(page));
      since = idIn(page, 'since');
      if (memberOf(page, 'more') !== true) return since;
    }
  }

  #ask(parameters: Readonly<Record<string, string>>): Promise<JsonValue> {
    const query = new URLSearchParams(parameters);
    for (const name of this.#list.filters) {
      const value = this.#flags.string(name);
      if (value !== '') query.set(name, value);
    }
    return this.#client.getJson(`${this.#list.path}?${query}`);
  }

  #itemsIn(page: JsonValue): readonly JsonValue[] {
    return readList(memberOf(page, this.#list.member));
  }

  #print(items: readonly JsonValue[]): void {
    const isJson = this.#flags.bool('json');
    this.#context.print(items.map((item) => (isJson ? `${stringifyJson(item)}\n` : this.#list.format(item))).join(''));
  }
}

function idIn(page: JsonValue, name: string): number {
  return Number(memberOf(page, name) as number | bigint);
}
