import type { HeketiClient } from '../../client/client.js';
import { memberOf, readList, readText } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { stringifyJson } from '../../json/stringify-json.js';
import { CliCommand } from '../command.js';
import type { CliContext } from '../context.js';
import { CliError, ConnectionError } from '../errors.js';
import { boolFlag, type FlagSet, intFlag, stringFlag } from '../flags.js';
import { formatEvent } from '../output/events.js';

const FOLLOW_MS = 2_000;
const PAGE = 1_000;
const DEFAULT_LIMIT = 50;
const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

export function buildEventsCommand(context: CliContext): CliCommand {
  return new CliCommand('events', {
    summary: 'Show what has happened',
    long:
      'Show what has happened: what was made, grown, removed and moved, what failed and why, which nodes went down.\n' +
      'The newest events are shown, the oldest of them first; --since shows all from an id or a time on.\n' +
      'With --json each event is a line of JSON.',
    example:
      '    $ heketi-cli server events\n    $ heketi-cli server events --since 24h --type operation.failed\n' +
      '    $ heketi-cli server events --follow',
  })
    .withFlags(
      boolFlag('follow', 'Go on to show what happens, until interrupted.'),
      stringFlag('since', 'Id of an event behind which to begin, a time (RFC 3339), or how long ago: 30m, 24h, 7d.'),
      stringFlag('type', 'Only events of these types, separated by commas; volume stands for all of volume.*.'),
      stringFlag('subject', 'Only events about the object with this id.'),
      intFlag('limit', 'How many of the newest events to show, without --since.', { fallback: DEFAULT_LIMIT }),
    )
    .runs(async (_args, flags) => {
      const since = flags.string('since');
      const begin = since === '' ? null : beginningOf(since, context.io.now());
      const client = await context.connect(flags);
      const reader = new EventReader(context, client, flags);
      const last = begin === null ? await reader.newest(flags.int('limit')) : await reader.allFrom(begin);
      if (flags.bool('follow')) await reader.follow(last);
    });
}

/** Behind an id, or from a time on (Unix milliseconds). */
type Beginning = { readonly id: number } | { readonly time: number };

function beginningOf(text: string, now: number): Beginning {
  if (/^\d+$/.test(text)) return { id: Number(text) };
  const [, count, unit = ''] = /^(\d+)([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return { time: now - Number(count) * (UNITS_MS[unit] ?? 0) };
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new CliError(
      `--since is ${text}: it must be the id of an event, a time such as 2026-01-31T12:00:00Z, or 24h`,
    );
  return { time };
}

class EventReader {
  readonly #context: CliContext;
  readonly #client: HeketiClient;
  readonly #flags: FlagSet;

  constructor(context: CliContext, client: HeketiClient, flags: FlagSet) {
    this.#context = context;
    this.#client = client;
    this.#flags = flags;
  }

  /** Answers the id behind which to go on. */
  async newest(limit: number): Promise<number> {
    const page = await this.#ask({ limit: String(Math.min(Math.max(1, limit), PAGE)) });
    this.#print(eventsIn(page));
    return idIn(page, 'since');
  }

  async allFrom(begin: Beginning): Promise<number> {
    if ('id' in begin) return this.#allBehind(begin.id);
    const found: JsonValue[] = [];
    let since: number | null = null;
    for (let before: number | null = null; ; ) {
      const page = await this.#ask({ limit: String(PAGE), ...(before === null ? {} : { before: String(before) }) });
      since ??= idIn(page, 'since');
      const events = eventsIn(page);
      const young = events.filter((event) => Date.parse(readText(memberOf(event, 'time'))) >= begin.time);
      found.unshift(...young);
      before = memberOf(page, 'before') === undefined ? null : idIn(page, 'before');
      if (before === null || young.length < events.length) break;
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
      if (memberOf(page, 'missing') === true) this.#context.warn('Note: events before these are not kept any more\n');
      this.#print(eventsIn(page));
      since = idIn(page, 'since');
      if (memberOf(page, 'more') !== true) return since;
    }
  }

  #ask(parameters: Readonly<Record<string, string>>): Promise<JsonValue> {
    const query = new URLSearchParams(parameters);
    for (const name of ['type', 'subject']) {
      const value = this.#flags.string(name);
      if (value !== '') query.set(name, value);
    }
    return this.#client.getJson(`/events?${query}`);
  }

  #print(events: readonly JsonValue[]): void {
    const isJson = this.#flags.bool('json');
    this.#context.print(events.map((event) => (isJson ? `${stringifyJson(event)}\n` : formatEvent(event))).join(''));
  }
}

function eventsIn(page: JsonValue): readonly JsonValue[] {
  return readList(memberOf(page, 'events'));
}

function idIn(page: JsonValue, name: string): number {
  return Number(memberOf(page, name) as number | bigint);
}
