import { DomainError } from '../../domain/errors.js';
import type { Store } from '../../store/store.js';

/** The host's SSH key is learnt anew at the next connection. Throws `not_found` when none is kept. */
export async function forgetHostKey(store: Store, host: string): Promise<void> {
  const [forgotten, known] = await store.write(async (tx) => [
    await tx.hostKeys.deleteByHost(host),
    (await tx.hostKeys.list()).map((key) => key.host),
  ]);
  if (forgotten > 0) return;
  throw new DomainError('not_found', `no key of ${host} is kept; there are keys of: ${known.join(', ') || 'no host'}`);
}
