import { createHash } from 'node:crypto';

/** Decides whether a host is the one it is taken for. `key` is the key in SSH's wire format. */
export interface HostKeyCheck {
  /** Null when the key is accepted; otherwise why not and what to do. */
  refusal(host: string, port: number, key: Buffer): Promise<string | null>;
  /** Told of an accepted key once its host has let this server in; answers as `refusal`. */
  admitted(host: string, port: number, key: Buffer): Promise<string | null>;
  /** Key types known of this host, to be asked for first: it may have keys of others that nobody has seen yet. */
  knownTypes(host: string, port: number): Promise<readonly string[]>;
}

/** As ssh-keygen -l shows it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replaceAll('=', '')}`;
}

/** `ssh-ed25519`, `ssh-rsa`, ...: the first string of the wire format. */
export function keyType(key: Buffer): string {
  if (key.length < 4) return '';
  return key.toString('latin1', 4, 4 + key.readUInt32BE(0));
}

/** As known_hosts files name it. */
export function hostPattern(host: string, port: number): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

/** Signature algorithms to offer for a key type. */
export function signatureAlgorithms(type: string): readonly string[] {
  return type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type];
}
