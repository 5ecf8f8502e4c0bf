import { BackupKeeper, type BackupKeeperDeps, type BackupRhythm } from '../backup/backup-keeper.js';
import { DirectoryTarget } from '../backup/directory-target.js';
import { SecretTarget } from '../backup/secret-target.js';
import { Secrets } from '../backup/secrets.js';
import type { Config } from '../config/config.js';
import { DomainError } from '../domain/errors.js';
import { inspectAside } from '../store/open-store.js';

/** So that servers which are started again and again keep no copy each time. */
const DIRECTORY_START_MS = 60_000;
const DIRECTORY_TRY_LIMIT_MS = 120_000;

const SECRET_START_MS = 1_000;
/** Changes come in bursts, and etcd keeps each version for a while. */
const SECRET_RHYTHM: BackupRhythm = {
  afterChangeMs: 1_000,
  spacingMs: 10_000,
  everyMs: 6 * 3600 * 1000,
  tryLimitMs: 60_000,
};

type Surroundings = Pick<BackupKeeperDeps, 'store' | 'observer' | 'events' | 'log'>;
export type BackupConfig = Pick<Config, 'backupDirectory' | 'kubeSecretName'>;

interface Keeping {
  readonly keeper: BackupKeeper;
  readonly startMs: number;
}

/** All copies of the database that the configuration asks for. */
export class Backups {
  readonly #keepings: readonly Keeping[];

  /** `secrets`: null for no backup in one. */
  constructor(config: BackupConfig, secrets: Secrets | null, surroundings: Surroundings) {
    const all = [directoryBackup(config, surroundings), secretBackup(config, secrets, surroundings)];
    this.#keepings = all.filter((keeping) => keeping !== null);
  }

  /** Of a server that works: one that is held on a copy would put that in the place of what it is a copy of. */
  start(): void {
    for (const { keeper, startMs } of this.#keepings) void keeper.start(startMs);
  }

  /** After each commit. */
  changed(): void {
    for (const { keeper } of this.#keepings) keeper.changed();
  }

  /** Makes last copies where changes ask for them; resolves within `limitMs`. */
  async close(limitMs: number): Promise<void> {
    await Promise.all(this.#keepings.map(({ keeper }) => keeper.close(limitMs)));
  }
}

function directoryBackup({ backupDirectory }: BackupConfig, surroundings: Surroundings): Keeping | null {
  const { path, backupEverySeconds, backupsKept } = backupDirectory;
  if (path === null) return null;
  const target = new DirectoryTarget({
    directory: path,
    keep: backupsKept,
    inspect: inspectAside,
    onLeftOver: (file, error) => surroundings.log.warn({ file, err: error }, 'an old backup could not be removed'),
  });
  const everyMs = backupEverySeconds * 1000;
  const rhythm: BackupRhythm = { afterChangeMs: null, spacingMs: 0, everyMs, tryLimitMs: DIRECTORY_TRY_LIMIT_MS };
  const startMs = Math.min(DIRECTORY_START_MS, everyMs);
  return { keeper: new BackupKeeper({ ...surroundings, target, rhythm }), startMs };
}

function secretBackup(config: BackupConfig, secrets: Secrets | null, surroundings: Surroundings): Keeping | null {
  if (secrets === null) return null;
  const target = new SecretTarget({ secretName: config.kubeSecretName, secrets, log: surroundings.log });
  return { keeper: new BackupKeeper({ ...surroundings, target, rhythm: SECRET_RHYTHM }), startMs: SECRET_START_MS };
}

/**
 * Among which the secret of the backup is. Null where none is wanted, and, said aloud, where no cluster is known, which turns
 * it off as in the original. What speaks to Kubernetes is loaded only here.
 */
export async function secretsOfBackup(
  { backupToKubeSecret, kube }: Pick<Config, 'backupToKubeSecret' | 'kube'>,
  env: Readonly<Record<string, string | undefined>>,
  log: Surroundings['log'],
): Promise<Secrets | null> {
  if (!backupToKubeSecret) return null;
  const [{ findCluster }, { KubernetesApi }] = await Promise.all([
    import('../kubernetes/find-cluster.js'),
    import('../kubernetes/kubernetes-api.js'),
  ]);
  try {
    const cluster = await findCluster(kube.kubeconfig, env);
    if (cluster.namespace !== null) return new Secrets(new KubernetesApi(cluster), cluster.namespace);
    log.warn({ source: cluster.source }, `${NO_SECRET}: the account names no namespace`);
  } catch (err) {
    if (!(err instanceof DomainError)) throw err;
    log.warn({ err }, `${NO_SECRET}: no cluster is known`);
  }
  return null;
}

const NO_SECRET = 'backup_db_to_kube_secret is on and no copy is kept in a secret';
