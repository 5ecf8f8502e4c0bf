import { BackupFailure } from './backup-failure.js';
import type { BackupTarget, DatabaseCopy, KeptBackup } from './backup-target.js';
import { sha256 } from './checksum.js';
import { pack } from './compression.js';
import { failureOf, isRefusedAs, OTHER_WAYS } from './secret-refusals.js';
import type { Secret, Secrets } from './secrets.js';

/** What an API server takes as the data of one secret, decoded. */
export const SECRET_LIMIT_BYTES = 1_048_576;
const WARN_FROM = 0.8;
/** The key of the original, which its image restores from. */
const DATA_KEY = 'heketi.db.gz';
/** Which database the copy is of. */
const DATABASE_ANNOTATION = 'mortar/database';
const MOST_CONFLICTS = 5;

export interface SecretTargetOptions {
  readonly secretName: string;
  readonly secrets: Secrets;
  readonly log: { warn(fields: object, message: string): void };
}

/** What is to be written. */
interface Packed {
  readonly bytes: Buffer;
  readonly databaseId: string;
}

/**
 * One copy in a Kubernetes secret, which each further one replaces. Labels, annotations and other keys of a secret that is
 * there stay. What holds the copy of another database (of Heketi, or of one that was lost while an empty one took its
 * place) is put aside under another name first.
 */
export class SecretTarget implements BackupTarget {
  readonly name = 'secret';
  readonly limitBytes = SECRET_LIMIT_BYTES;
  readonly contents = 'without-history';
  readonly #options: SecretTargetOptions;
  #isNearLimit = false;
  /** The database whose copy was written last by this process; null: none yet. */
  #keptDatabase: string | null = null;

  constructor(options: SecretTargetOptions) {
    this.#options = options;
  }

  async keep({ bytes, databaseId }: DatabaseCopy, signal: AbortSignal): Promise<number> {
    const packed = { bytes: await pack(bytes), databaseId };
    const sizeBytes = packed.bytes.length;
    for (let tries = 1; ; tries++) {
      try {
        signal.throwIfAborted();
        await this.#write(packed);
        this.#keptDatabase = databaseId;
        return sizeBytes;
      } catch (error) {
        // Somebody made, changed or removed it in between: look again.
        const isMeanwhile = isRefusedAs(error, 'already exists', 'conflict');
        if (!isMeanwhile || tries === MOST_CONFLICTS) throw failureOf(error, this.#options.secretName, sizeBytes);
      }
    }
  }

  /** The server makes a copy at its start anyway. */
  async newest(): Promise<KeptBackup | null> {
    return null;
  }

  async #write(packed: Packed): Promise<void> {
    const { secrets } = this.#options;
    const found = await this.#find();
    this.#refuseTooLarge(packed.bytes.length, found === 'unseen' ? null : found);
    if (found === 'unseen') await this.#writeUnseen(packed);
    else if (found === null) await secrets.create(this.#secretOf(packed));
    else await this.#replace(found, packed);
  }

  /** `unseen`: there may be one, but nobody may look; a role that was made for the original may lack `get`. */
  async #find(): Promise<Secret | null | 'unseen'> {
    try {
      return await this.#options.secrets.find(this.#options.secretName);
    } catch (error) {
      if (isRefusedAs(error, 'forbidden')) return 'unseen';
      throw error;
    }
  }

  async #replace(found: Secret, packed: Packed): Promise<void> {
    await this.#putAside(found, packed.databaseId);
    const { metadata, data } = found;
    const annotations = { ...metadata.annotations, [DATABASE_ANNOTATION]: packed.databaseId };
    try {
      await this.#options.secrets.replace({
        ...found,
        metadata: { ...metadata, annotations },
        data: { ...data, [DATA_KEY]: packed.bytes.toString('base64') },
      });
    } catch (error) {
      if (!isRefusedAs(error, 'not found')) throw error;
      await this.#options.secrets.create(this.#secretOf(packed));
    }
  }

  /** As the original does it: what labels it has are lost. */
  async #writeUnseen(packed: Packed): Promise<void> {
    const { secrets, secretName, log } = this.#options;
    try {
      await secrets.create(this.#secretOf(packed));
    } catch (error) {
      if (!isRefusedAs(error, 'already exists')) throw error;
      log.warn(
        { secret: secretName },
        'the secret of the backup is replaced as a whole, its labels included: the service account may not get secrets',
      );
      await secrets.replace(this.#secretOf(packed));
    }
  }

  /** Nothing is overwritten that may be the last copy of another database. Its name tells its contents: twice is once. */
  async #putAside({ type, metadata, data }: Secret, databaseId: string): Promise<void> {
    const packed = data?.[DATA_KEY];
    if (packed === undefined || metadata.annotations?.[DATABASE_ANNOTATION] === databaseId) return;
    const { secrets, secretName, log } = this.#options;
    // Each would put the other's aside for ever, and fill the API server's store.
    if (this.#keptDatabase === databaseId) throw usedByAnother(secretName);
    const name = `${secretName}-${sha256(Buffer.from(packed)).slice(0, 10)}`;
    const { labels, annotations } = metadata;
    try {
      await secrets.create({
        apiVersion: 'v1',
        kind: 'Secret',
        ...(type !== undefined && { type }),
        metadata: { name, ...(labels && { labels }), ...(annotations && { annotations }) },
        data: { [DATA_KEY]: packed },
      });
      log.warn(
        { secret: secretName, aside: name },
        'the secret held a backup of another database, which was put aside',
      );
    } catch (error) {
      if (!isRefusedAs(error, 'already exists')) throw error;
    }
  }

  #secretOf({ bytes, databaseId }: Packed): Secret {
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'Opaque',
      metadata: { name: this.#options.secretName, annotations: { [DATABASE_ANNOTATION]: databaseId } },
      data: { [DATA_KEY]: bytes.toString('base64') },
    };
  }

  /** Before the API server does, so that it is told in time. Other keys of the secret count too. */
  #refuseTooLarge(sizeBytes: number, found: Secret | null): void {
    const { secretName, log } = this.#options;
    const others = Object.entries(found?.data ?? {}).filter(([key]) => key !== DATA_KEY);
    const total = others.reduce((sum, [, value]) => sum + Buffer.byteLength(value, 'base64'), sizeBytes);
    if (total > SECRET_LIMIT_BYTES) {
      throw new BackupFailure(
        'too-large',
        `the database was not backed up to the secret ${secretName}: compressed it has ${total} bytes, and a secret takes ` +
          `${SECRET_LIMIT_BYTES}; ${OTHER_WAYS}`,
        { sizeBytes },
      );
    }
    const isNearLimit = total >= SECRET_LIMIT_BYTES * WARN_FROM;
    if (isNearLimit && !this.#isNearLimit) {
      log.warn(
        { secret: secretName, sizeBytes: total, limitBytes: SECRET_LIMIT_BYTES },
        'the backup will soon be too large for a secret: back up to a directory too (glusterfs.backup_directory)',
      );
    }
    this.#isNearLimit = isNearLimit;
  }
}

function usedByAnother(secretName: string): BackupFailure {
  return new BackupFailure(
    'conflict',
    `the database was not backed up to the secret ${secretName}: since this server last did so, another server has written ` +
      'the copy of another database into it; give each server a secret of its own (HEKETI_KUBE_DB_SECRET_NAME), or delete ' +
      'the secret if that server is gone',
  );
}
