import { type ClassParameters, type NamedServer, readClassParameters } from '../class-parameters.js';
import { CsiError } from '../rpc/csi-error.js';
import type { TextMap } from '../rpc/messages.js';
import type { ClassSource } from './class-source.js';
import { plainAddress, type ServerAccess } from './server-access.js';
import { explain } from './server-refusal.js';
import { VolumeServer } from './volume-server.js';

export interface ServersSettings {
  /** From the command line: asked for volumes of any class, and for those of classes that name no server. */
  readonly configured: readonly ServerAccess[];
  /** Null: no orchestrator is asked for classes and secrets. */
  readonly classes: ClassSource | null;
}

/** The members of CSI secrets that are read; the first of each pair is the name in StorageClasses. */
const SECRET_NAMES = { url: ['resturl', 'url'], user: ['restuser', 'user'], key: ['restuserkey', 'key'] } as const;

/** The servers that are known: by name or by the cluster of a volume. */
export class Servers {
  readonly #settings: ServersSettings;
  /** By what they are opened with. */
  readonly #open = new Map<string, Promise<VolumeServer>>();

  constructor(settings: ServersSettings) {
    const configured = settings.configured.map((access) => ({ ...access, url: plainAddress(access.url) }));
    this.#settings = { ...settings, configured };
  }

  async close(): Promise<void> {
    for (const opening of this.#open.values()) (await opening.catch(() => null))?.close();
  }

  /** The one that a class names; secrets have precedence. Throws INVALID_ARGUMENT when nothing names one. */
  async ofClass(parameters: ClassParameters, secrets: TextMap): Promise<VolumeServer> {
    const server = await this.findOfClass(parameters, secrets);
    if (server) return server;
    throw new CsiError('INVALID_ARGUMENT', 'no server is named: give the StorageClass resturl, or the driver --server');
  }

  /** The same; null when nothing names one. */
  async findOfClass({ server }: ClassParameters, secrets: TextMap): Promise<VolumeServer | null> {
    const named = await this.#accessOf(server, secrets);
    return named && this.#server(named);
  }

  /** All that are known, and those that only classes name. Throws where it can't be told which, or how to be admitted. */
  async all(): Promise<readonly VolumeServer[]> {
    for (const parameters of (await this.#settings.classes?.listParameters()) ?? []) {
      const named = serverOf(parameters);
      const access = named && (await this.#accessOf(named, {}));
      // Where it is known, it is so by what admitted the last request.
      if (access && !(await this.known()).some((server) => server.access.url === access.url))
        await this.#server(access);
    }
    return this.known();
  }

  /** All that are known without a request, one for each address, as they were opened last. */
  async known(): Promise<readonly VolumeServer[]> {
    for (const access of this.#settings.configured) await this.#server(access);
    const open = await Promise.all([...this.#open.values()].map((opening) => opening.catch(() => null)));
    return [...new Map(open.flatMap((server) => (server ? [[server.access.url, server]] : []))).values()];
  }

  /**
   * The server that has the cluster. Throws UNAVAILABLE while one that might have it does not answer, and
   * FAILED_PRECONDITION when all answer that they have not: a server that nobody has named is not proof that a volume is gone.
   */
  async ofCluster(cluster: string, secrets: TextMap): Promise<VolumeServer> {
    let silent: unknown = null;
    const asked = new Set<VolumeServer>();
    for await (const found of this.#candidates(secrets)) {
      if (found instanceof CsiError) {
        silent ??= found;
        continue;
      }
      if (asked.has(found)) continue;
      asked.add(found);
      try {
        if (await found.hasCluster(cluster)) return found;
      } catch (error) {
        silent ??= explain(error);
      }
    }
    if (silent !== null) throw silent;
    const urls = [...asked].map(({ access }) => access.url).join(', ');
    throw new CsiError(
      'FAILED_PRECONDITION',
      `cluster ${cluster} is on none of the servers that are known (${urls || 'none'}): name its server with --server, or by resturl among the secrets`,
    );
  }

  /** Servers, the likely ones first, and why one can't be asked. */
  async *#candidates(secrets: TextMap): AsyncGenerator<VolumeServer | CsiError> {
    if (secretOf(secrets, 'url') !== null) yield* this.#candidate(NOTHING_NAMED, secrets);
    for (const { access } of await this.known()) yield this.#server(withSecrets(access, secrets));
    for (const parameters of (await this.#settings.classes?.listParameters()) ?? []) {
      const server = serverOf(parameters);
      if (server) yield* this.#candidate(server, secrets);
    }
  }

  async *#candidate(named: NamedServer, secrets: TextMap): AsyncGenerator<VolumeServer | CsiError> {
    try {
      const access = await this.#accessOf(named, secrets);
      if (access) yield await this.#server(access);
    } catch (error) {
      if (!(error instanceof CsiError)) throw error;
      yield error;
    }
  }

  async #accessOf(server: NamedServer, secrets: TextMap): Promise<ServerAccess | null> {
    const [first] = this.#settings.configured;
    const named = secretOf(secrets, 'url') ?? server.url ?? first?.url ?? null;
    if (named === null) return null;
    const url = plainAddress(named);
    const configured = this.#settings.configured.find((access) => access.url === url);
    const certificates = certificatesOf(secrets) ?? configured?.certificates ?? first?.certificates ?? [];
    if (!server.isAuthEnabled) return { url, user: '', key: '', certificates };
    const key = secretOf(secrets, 'key') ?? (await this.#keyOf(server)) ?? configured?.key ?? '';
    return { url, user: secretOf(secrets, 'user') ?? server.user ?? configured?.user ?? '', key, certificates };
  }

  async #keyOf({ key, secret }: NamedServer): Promise<string | null> {
    if (secret === null) return key;
    const where = `${secret.namespace}/${secret.name}`;
    if (!this.#settings.classes) {
      throw new CsiError(
        'INVALID_ARGUMENT',
        `the Secret ${where} can't be read: start the driver with --kubernetes, or give CSI secrets`,
      );
    }
    const found = await this.#settings.classes.readKey(secret.namespace, secret.name);
    if (found === null) throw new CsiError('UNAVAILABLE', `there is no Secret ${where} with a key`);
    return found;
  }

  #server(access: ServerAccess): Promise<VolumeServer> {
    const id = JSON.stringify(access);
    const open = this.#open.get(id) ?? VolumeServer.open(access);
    // What was asked for last comes last.
    this.#open.delete(id);
    this.#open.set(id, open);
    return open;
  }
}

const NOTHING_NAMED: NamedServer = { url: null, user: null, key: null, secret: null, isAuthEnabled: true };

/** Null: the class makes no volumes, since its parameters are wrong. */
function serverOf(parameters: TextMap): NamedServer | null {
  try {
    return readClassParameters(parameters).server;
  } catch (error) {
    if (error instanceof CsiError) return null;
    throw error;
  }
}

function withSecrets(access: ServerAccess, secrets: TextMap): ServerAccess {
  const [user, key] = [secretOf(secrets, 'user'), secretOf(secrets, 'key')];
  return {
    ...access,
    user: user ?? access.user,
    key: key ?? access.key,
    certificates: certificatesOf(secrets) ?? access.certificates,
  };
}

function secretOf(secrets: TextMap, name: keyof typeof SECRET_NAMES): string | null {
  const found = SECRET_NAMES[name].find((member) => Object.hasOwn(secrets, member));
  return found === undefined ? null : (secrets[found] ?? null);
}

function certificatesOf(secrets: TextMap): readonly string[] | null {
  return Object.hasOwn(secrets, 'ca') && secrets['ca'] ? [secrets['ca']] : null;
}
