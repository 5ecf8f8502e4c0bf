import { readFileSync, readlinkSync, statSync } from 'node:fs';
import ssh2 from 'ssh2';
import { DomainError } from '../../domain/errors.js';
import { privateKeyBlock, sshForm } from './private-key-forms.js';

export interface PrivateKey {
  readonly file: string;
  /** As the file has it, or converted. */
  readonly text: Buffer;
}

/** Reads the key that all hosts are reached with; throws DomainError `invalid` with what is wrong and what to run. */
export function readPrivateKey(file: string): PrivateKey {
  const refuse = (why: string, cause?: unknown): never => {
    throw new DomainError('invalid', `the private SSH key ${file} ${why}`, { cause });
  };
  let text: Buffer;
  try {
    text = readFileSync(file);
    const { mode, uid } = statSync(file);
    // As ssh does: a key that belongs to another user was put there on purpose (a Kubernetes secret, a shared group).
    if ((mode & 0o077) !== 0 && uid === process.getuid?.() && !isOfSecretVolume(file)) {
      const shown = (mode & 0o777).toString(8).padStart(4, '0');
      return refuse(`has mode ${shown}, so that others may read it; run: chmod 600 ${file}`);
    }
  } catch (cause) {
    if (cause instanceof DomainError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      return refuse('does not exist (glusterfs.sshexec.keyfile or HEKETI_SSH_KEYFILE names it)', cause);
    if (code === 'EACCES') return refuse(`may not be read by the user this server runs as; change its owner`, cause);
    return refuse(`can't be read: ${(cause as Error).message}`, cause);
  }
  const usable = readableForm(file, text, refuse);
  const key = parsedKey(usable);
  if (key instanceof Error) {
    if (/encrypted|passphrase/i.test(key.message))
      return refuse(
        `is protected by a passphrase, which nobody can type here; use a key without one, or run: ssh-keygen -p -f ${file}`,
      );
    return refuse(
      `is not a private key in a format that SSH knows (${key.message}); make one with: ssh-keygen -t ed25519 -N '' -f ${file}`,
    );
  }
  if (!key?.isPrivateKey()) return refuse('is the public half of a key; the file without .pub is needed');
  return { file, text: usable };
}

/**
 * Kubernetes mounts a secret as links into a folder `..data`. The modes there are those of the manifest, 0644 unless it
 * says otherwise; nobody can change them from inside, and nobody else is there.
 */
function isOfSecretVolume(file: string): boolean {
  try {
    return readlinkSync(file).startsWith('..data/');
  } catch {
    return false;
  }
}

/** The text itself where the SSH library reads it, or a converted one; what nobody reads stays as it is. */
function readableForm(file: string, text: Buffer, refuse: (why: string) => never): Buffer {
  if (!(parsedKey(text) instanceof Error)) return text;
  const block = privateKeyBlock(text.toString('utf8'));
  if (!block) return text;
  if (block.label === 'ENCRYPTED PRIVATE KEY')
    return refuse(
      `is protected by a passphrase, which nobody can type here; use a key without one, or run: openssl pkey -in ${file} -out NEW_FILE`,
    );
  const pem = Buffer.from(block.pem);
  if (!(parsedKey(pem) instanceof Error)) return pem;
  try {
    const converted = sshForm(block.pem);
    if (converted.text !== null) return Buffer.from(converted.text);
    return refuse(
      `is of type ${converted.type}, which SSH has no use for; make one with: ssh-keygen -t ed25519 -N '' -f ${file}`,
    );
  } catch (error) {
    if (error instanceof DomainError) throw error;
    return text;
  }
}

function parsedKey(text: Buffer) {
  const parsed = ssh2.utils.parseKey(text);
  return Array.isArray(parsed) ? parsed[0] : parsed;
}
