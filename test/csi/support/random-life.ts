import { expect } from 'vitest';
import type { Refusal } from './csi-client.js';
import type { CsiRig } from './csi-rig.js';
import { untilFinal } from './orchestrator.js';
import { createRequest, gib } from './requests.js';

/** What the orchestrator was told of a volume. */
interface Owned {
  readonly volumeId: string;
  sizeGib: number;
  /** Of a clone. */
  readonly source: string | null;
}

const NAMES = ['a', 'b', 'c'];
const MOST_GIB = 4;
/** About as many as the longest change sends to hosts. */
const MOST_COMMANDS = 14;
const STEPS = { least: 3, more: 5 };

/** Calls in a random order, the server and the driver killed between them and within; fails when what is there is not what was told. */
export class RandomLife {
  readonly #rig: CsiRig;
  readonly #random: () => number;
  readonly #owned = new Map<string, Owned>();
  calls = 0;
  kills = 0;

  constructor(rig: CsiRig, random: () => number) {
    this.#rig = rig;
    this.#random = random;
  }

  async live(): Promise<void> {
    const steps = STEPS.least + this.#below(STEPS.more);
    for (let step = 0; step < steps; step++) await this.#step();
    await this.#expectTruth();
    for (const name of [...this.#owned.keys()]) await this.#delete(name);
    await this.#expectTruth();
  }

  async #step(): Promise<void> {
    const name = this.#one(NAMES);
    const owned = this.#owned.get(name);
    switch (this.#one(owned ? ['again', 'other', 'delete', 'expand', 'kill'] : ['create', 'create', 'clone', 'kill'])) {
      case 'create':
        return this.#create(name, 1 + this.#below(MOST_GIB), null);
      case 'clone': {
        const source = this.#one([...this.#owned.keys()]);
        return source ? this.#create(name, this.#owned.get(source)?.sizeGib ?? 1, source) : this.#create(name, 1, null);
      }
      case 'again':
        return this.#create(name, owned?.sizeGib ?? 1, owned?.source ?? null);
      case 'other':
        return this.#expectConflict(name);
      case 'delete':
        return this.#delete(name);
      case 'expand':
        return this.#expand(name);
      default:
        return this.#kill();
    }
  }

  async #create(name: string, sizeGib: number, sourceName: string | null): Promise<void> {
    const before = this.#owned.get(name);
    const sourceId = before?.source ?? (sourceName === null ? null : (this.#owned.get(sourceName)?.volumeId ?? null));
    const request = createRequest(name, {
      capacityRange: { requiredBytes: gib(sizeGib) },
      ...(sourceId !== null && { volumeContentSource: { volume: { volumeId: sourceId } } }),
    });
    const { volume } = await this.#call('CreateVolume', request);
    if (before) expect(volume.volumeId).toBe(before.volumeId);
    expect(volume.capacityBytes).toBe(gib(sizeGib));
    this.#owned.set(name, { volumeId: volume.volumeId, sizeGib, source: sourceId });
  }

  /** A new volume, for which the name is taken. */
  async #expectConflict(name: string): Promise<void> {
    const request = createRequest(name, { parameters: { volumetype: 'none' } });
    const source = this.#owned.get(name)?.source;
    await expect(this.#call('CreateVolume', request), `${name}, cloned from ${source}`).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    } satisfies Partial<Refusal>);
  }

  async #delete(name: string): Promise<void> {
    await this.#call('DeleteVolume', { volumeId: this.#owned.get(name)?.volumeId });
    this.#owned.delete(name);
  }

  async #expand(name: string): Promise<void> {
    const owned = this.#owned.get(name);
    if (!owned) return;
    const sizeGib = owned.sizeGib + this.#below(3);
    const request = { volumeId: owned.volumeId, capacityRange: { requiredBytes: gib(sizeGib) } };
    expect((await this.#call('ControllerExpandVolume', request)).capacityBytes).toBe(gib(sizeGib));
    owned.sizeGib = sizeGib;
  }

  async #kill(): Promise<void> {
    this.kills++;
    if (this.#random() < 0.5) await this.#rig.restartServer();
    else await this.#rig.restartDriver();
  }

  /** Every fourth call, the server is killed within it. */
  async #call(name: string, request: object) {
    this.calls++;
    if (this.#random() < 0.25) {
      this.kills++;
      const at = this.#below(MOST_COMMANDS);
      await this.#rig.killingServer(at, this.#random() < 0.5, () => this.#rig.csi.codeOf(name, request));
    }
    return untilFinal(() => this.#rig.csi, name, request);
  }

  /** Nothing leaked, nothing doubled, and all of the size that was told. */
  async #expectTruth(): Promise<void> {
    await this.#rig.http.nothingPending();
    const there = (await this.#rig.volumes()).map(
      ({ id, cluster, client_name, size }) => `${client_name} ${cluster}-${id} ${size}`,
    );
    const told = [...this.#owned].map(([name, { volumeId, sizeGib }]) => `${name} ${volumeId} ${sizeGib}`);
    expect(there.toSorted()).toEqual(told.toSorted());
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  #one<T>(of: readonly T[]): T {
    return of[this.#below(of.length)] as T;
  }
}
