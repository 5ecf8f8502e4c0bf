import { newId } from '../../domain/ids.js';
import type { Sharing } from '../store.js';
import type { Session } from './session.js';
import { WakeUps } from './wake-ups.js';
import type { WorkLease } from './work-lease.js';

export interface SharingOfStore {
  readonly port: Sharing;
  /** This server has made a commit. */
  written(): void;
}

/** What the servers on one database tell one another: who works, and that something was written. */
export function sharingOf(lease: WorkLease, open: () => Promise<Session>): SharingOfStore {
  const listeners: (() => void)[] = [];
  const wakeUps = new WakeUps({
    open,
    name: newId(),
    onNews(news) {
      if (news === 'free') lease.lookNow();
      for (const listener of listeners) listener();
    },
  });
  let ending: Promise<void> | null = null;
  const handOver = async (): Promise<void> => {
    const isFree = lease.isHeld;
    await lease.giveBack();
    await wakeUps.close(isFree);
  };
  return {
    written: () => wakeUps.written(),
    port: {
      turn: lease.taken,
      otherAtWork: () => lease.otherHolder,
      onNews: (listener) => void listeners.push(listener),
      handOver() {
        ending ??= handOver();
        return ending;
      },
    },
  };
}
