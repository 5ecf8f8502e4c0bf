import { useEffect, useState } from 'preact/hooks';
import type { Schema } from '../../api/contract.js';
import { isNotFound } from '../../api/failures.js';
import { Turns } from '../../api/turns.js';
import { useSession } from '../../state/session.js';
import { useAnswer } from '../../state/use-answer.js';

export type BlockVolume = Schema<'BlockVolumeInfo'>;

export interface BlockVolumesRead {
  readonly list: readonly BlockVolume[];
  /** How many there are; null until it is known. */
  readonly total: number | null;
  readonly failure: unknown;
  reload(): void;
}

/** A browser has few connections; others must remain for the rest of the page. */
const READS_AT_ONCE = 3;
/** So many are read before they are shown. */
const SHOWN_AT_ONCE = 50;

/** All block volumes: the server lists ids, and tells of each one by itself. Read anew when one is made or goes. */
export function useBlockVolumes(): BlockVolumesRead {
  const { client, onEvent } = useSession();
  const { value, failure, reload } = useAnswer<Schema<'BlockVolumeList'>>('/blockvolumes');
  const [list, setList] = useState<readonly BlockVolume[]>([]);
  const [broken, setBroken] = useState<unknown>(null);
  useEffect(
    () => onEvent(({ subject }) => (subject.kind === 'block-volume' ? reload() : undefined)),
    [onEvent, reload],
  );
  useEffect(() => {
    if (value === null) return undefined;
    const ending = new AbortController();
    const turns = new Turns(READS_AT_ONCE);
    const found: BlockVolume[] = [];
    const read = async (id: string): Promise<void> => {
      if (ending.signal.aborted) return;
      try {
        found.push(await client.get<BlockVolume>(`/blockvolumes/${id}`, ending.signal));
      } catch (error) {
        // It was deleted since the list was made.
        if (!isNotFound(error)) throw error;
      }
      if (found.length % SHOWN_AT_ONCE === 0 && !ending.signal.aborted) setList([...found]);
    };
    Promise.all(value.blockvolumes.map((id) => turns.run(() => read(id)))).then(
      () => {
        if (ending.signal.aborted) return;
        setList(found);
        setBroken(null);
      },
      (error: unknown) => {
        if (!ending.signal.aborted) setBroken(error);
        ending.abort();
      },
    );
    return () => ending.abort();
  }, [client, value]);
  return { list, total: value?.blockvolumes.length ?? null, failure: failure ?? broken, reload };
}
