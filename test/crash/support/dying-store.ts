import type { BackupFile, Snapshot, Store } from '../../../src/store/store.js';

export const COMMIT_FAULTS = ['die before commit', 'die after commit'] as const;

/** At the n-th unit of work that writes. */
export interface CommitStrike {
  readonly at: number;
  readonly kind: (typeof COMMIT_FAULTS)[number];
}

const NEVER = new Promise<never>(() => undefined);

/** Counts the units of work that write; the struck one is the last that is begun (`before`: it is not even that). */
export class DyingStore implements Store {
  commits = 0;
  readonly #inner: Store;
  readonly #strike: CommitStrike | null;
  readonly #kill: () => Promise<never>;
  #isDead = false;

  constructor(inner: Store, strike: CommitStrike | null, kill: () => Promise<never>) {
    this.#inner = inner;
    this.#strike = strike;
    this.#kill = kill;
  }

  read: Store['read'] = (work) => (this.#isDead ? NEVER : this.#inner.read(work));

  write: Store['write'] = async (work) => {
    if (this.#isDead) return NEVER;
    const isStruck = this.commits++ === this.#strike?.at;
    if (isStruck && this.#strike?.kind === 'die before commit') return this.#die();
    const result = await this.#inner.write(work);
    return isStruck ? this.#die() : result;
  };

  snapshot(): Promise<Snapshot> {
    return this.#inner.snapshot();
  }

  backup(): Promise<Buffer> {
    return this.#inner.backup();
  }

  openBackup(): Promise<BackupFile> {
    return this.#inner.openBackup();
  }

  refusal(): string | null {
    return this.#inner.refusal();
  }

  isAlone(): boolean {
    return this.#inner.isAlone();
  }

  giveUpUndecided(): void {
    this.#inner.giveUpUndecided();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #die(): Promise<never> {
    this.#isDead = true;
    return this.#kill();
  }
}
