import { Session } from 'node:inspector/promises';

/** The simulated hosts' own work is none of the server's, nor is what tests do. */
const COUNTED = /\/src\/(?!executors\/mock\/)|\/node_modules\//;

/**
 * How often somebody waits for the disk, or for a group of writes that is committed, is up to how fast the disk is and to who
 * else is at work, and says nothing of how much is done: each read waits for one at the most, and what reads do is counted.
 */
const WAITING = /^src\/store\/sqlite\/(pool-sync\.ts |database-disk\.ts synced |units-of-work\.ts (read|#runGroups) )/;

/** How often a stretch of a file was run. */
interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** How often each function, branch and loop's body was entered: by function, and in it the wider ranges first. */
export type Counts = ReadonlyMap<string, readonly Range[]>;

/**
 * Counts how often each piece of the program is run, libraries included. That does not depend on the machine, so that
 * tests can say how work grows. Only what is loaded after the start is counted whole, and nothing that V8 has optimized
 * (`--no-opt`).
 */
export class WorkCounter {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  static async start(): Promise<WorkCounter> {
    const session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    return new WorkCounter(session);
  }

  async count(work: () => Promise<unknown>): Promise<Counts> {
    await this.#taken();
    await work();
    return this.#taken();
  }

  /** Since the last time. */
  async #taken(): Promise<Counts> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    const counts = new Map<string, readonly Range[]>();
    for (const { url, functions } of result) {
      if (!COUNTED.test(url)) continue;
      const file = url.replace(/^.*?\/(src|node_modules)\//, '$1/');
      for (const { functionName, ranges } of functions) {
        const name = `${file} ${functionName} @${ranges[0]?.startOffset}`;
        if (!WAITING.test(name)) counts.set(name, ranges);
      }
    }
    return counts;
  }
}

/** V8 leaves out ranges that were run as often as the one around them. */
function countAt(ranges: readonly Range[], { startOffset, endOffset }: Range): number {
  return ranges.findLast((range) => range.startOffset <= startOffset && range.endOffset >= endOffset)?.count ?? 0;
}

/** A piece of the program that is run more often where there is more. */
export interface Grown {
  readonly where: string;
  readonly few: number;
  readonly many: number;
  /** As a power of what there is: 1 is linear, 2 the square. */
  readonly power: number;
}

/** For what is sorted, too: between the two sizes its logarithm grows. */
export const TOLERANCE = 0.3;

/** Pieces of one work that were counted several times: each as it grew where it grew least. */
export function ofAll(tried: readonly (readonly Grown[])[]): readonly Grown[] {
  const [first = [], ...others] = tried;
  return first.map((grown) => {
    const elsewhere = others.map((pieces) => pieces.find(({ where }) => where === grown.where)?.power ?? 0);
    return { ...grown, power: Math.min(grown.power, ...elsewhere) };
  });
}

/** What is run less often grows as it likes. */
const RARE = 1000;

/** More than may grow too fast by chance in one count. */
const MOST = 200;

/** Those that grow fastest, of pieces `within` that are run often at all. `times`: how much more there is. */
export function fastest(few: Counts, many: Counts, times: number, within = /^/): readonly Grown[] {
  return [...many]
    .filter(([name]) => within.test(name))
    .flatMap(([name, ranges]) =>
      ranges.map((range) => {
        const before = countAt(few.get(name) ?? [], range);
        const power = Math.log(range.count / Math.max(before, 1)) / Math.log(times);
        return { where: `${name} +${range.startOffset}`, few: before, many: range.count, power };
      }),
    )
    .filter((grown) => grown.many >= RARE)
    .sort((a, b) => b.power - a.power)
    .slice(0, MOST);
}
