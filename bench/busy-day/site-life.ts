import type { ServerProcess } from '../scale/server-process.js';

/** Of the day. */
const CHANGES_PER_SECOND = 2;
const SCRAPE_SECONDS = 15;
const DUMP_SECONDS = 3600;
const LOOK_MS = 10;
/** Changes of which nobody has the answer yet. */
const MOST_AT_ONCE = 8;
/** Every so many changes are one kind more than creates and deletes in turn. */
const EXPAND_EVERY = 10;

export interface Counts {
  readonly changes: number;
  readonly failed: number;
  readonly scrapes: number;
  readonly dumps: number;
  /** Changes that are due and not begun. */
  readonly behind: number;
}

/** What clients and Prometheus want of a server, by a clock that goes `speed` times as fast as others. */
export class SiteLife {
  readonly #server: ServerProcess;
  readonly #speed: number;
  readonly #clusters: readonly string[];
  readonly #volumes: string[];
  readonly #beganAt = performance.now();
  readonly #running = new Set<Promise<void>>();
  #changesAtOnce = 0;
  #begun = 0;
  #changes = 0;
  #failed = 0;
  #scrapes = 0;
  #dumps = 0;

  private constructor(server: ServerProcess, speed: number, clusters: readonly string[], volumes: string[]) {
    this.#server = server;
    this.#speed = speed;
    this.#clusters = clusters;
    this.#volumes = volumes;
  }

  static async begin(server: ServerProcess, speed: number): Promise<SiteLife> {
    const list = async (noun: string) => JSON.parse((await server.send('GET', `/${noun}`)).text)[noun] as string[];
    return new SiteLife(server, speed, await list('clusters'), await list('volumes'));
  }

  /** Lives until this second of the day. */
  async until(second: number): Promise<void> {
    for (let now = this.#second(); now < second; now = this.#second()) {
      if (this.#scrapes < Math.floor(now / SCRAPE_SECONDS)) this.#run(this.#get('/metrics', () => this.#scrapes++));
      if (this.#dumps < Math.floor(now / DUMP_SECONDS)) this.#run(this.#get('/db/dump', () => this.#dumps++));
      while (this.#begun < this.#due(now) && this.#changesAtOnce < MOST_AT_ONCE) this.#run(this.#change());
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
  }

  counts(): Counts {
    return {
      changes: this.#changes,
      failed: this.#failed,
      scrapes: this.#scrapes,
      dumps: this.#dumps,
      behind: Math.max(0, Math.floor(this.#due(this.#second())) - this.#begun),
    };
  }

  /** Waits for what has begun. */
  async end(): Promise<void> {
    await Promise.all(this.#running);
  }

  #second(): number {
    return ((performance.now() - this.#beganAt) / 1000) * this.#speed;
  }

  #due(second: number): number {
    return second * CHANGES_PER_SECOND;
  }

  #run(work: Promise<void>): void {
    const running = work.finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #get(url: string, count: () => void): Promise<void> {
    count();
    const { status } = await this.#server.send('GET', url);
    if (status !== 200) throw new Error(`GET ${url} was answered with ${status}`);
  }

  async #change(): Promise<void> {
    const number = this.#begun++;
    this.#changesAtOnce++;
    try {
      const isDone = await this.#changeOf(number);
      this.#changes++;
      if (!isDone) this.#failed++;
    } finally {
      this.#changesAtOnce--;
    }
  }

  async #changeOf(number: number): Promise<boolean> {
    if (number % EXPAND_EVERY === EXPAND_EVERY - 1) return this.#expand(number);
    return number % 2 === 0 ? this.#create(number) : this.#delete();
  }

  /** In all clusters in turn, as those that are deleted are of any. */
  async #create(number: number): Promise<boolean> {
    const clusters = [this.#clusters[(number / 2) % this.#clusters.length]];
    const body = { size: 10, clusters, durability: { type: 'replicate', replicate: { replica: 3 } } };
    const { status, location } = await this.#server.change('POST', '/volumes', body);
    if (status !== 303) return false;
    this.#volumes.push(location.replace(/^.*\//, ''));
    return true;
  }

  /** The one that has been there longest. */
  async #delete(): Promise<boolean> {
    const id = this.#volumes.shift();
    return id !== undefined && (await this.#server.change('DELETE', `/volumes/${id}`)).status === 204;
  }

  async #expand(number: number): Promise<boolean> {
    const id = this.#volumes.at(number % this.#volumes.length);
    const { status } = await this.#server.change('POST', `/volumes/${id}/expand`, { expand_size: 10 });
    return status === 303;
  }
}
