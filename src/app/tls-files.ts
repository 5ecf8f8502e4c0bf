import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Config } from '../config/config.js';
import { ConfigError } from '../config/config-error.js';

export interface TlsTexts {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Reads certificate and key; throws ConfigError with a sentence when TLS could not be served with them. */
export function readTlsFiles(files: Config['tls']): TlsTexts | null {
  if (files === null) return null;
  const cert = readPem('cert_file', files.certFile);
  const key = readPem('key_file', files.keyFile);
  const certificate = parseCertificate(files.certFile, cert);
  const privateKey = parseKey(files.keyFile, key);
  if (!certificate.checkPrivateKey(privateKey))
    throw new ConfigError(`key_file ${files.keyFile} is not the key of the certificate in cert_file ${files.certFile}`);
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    throw new ConfigError(
      `cert_file ${files.certFile} and key_file ${files.keyFile} can't be used for TLS: ${(cause as Error).message}`,
      { cause },
    );
  }
  return { cert, key };
}

function readPem(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ConfigError(`enable_tls is set, but ${name} can't be read: ${(cause as Error).message}`, { cause });
  }
}

function parseCertificate(file: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new ConfigError(`cert_file ${file} holds no certificate in PEM ("-----BEGIN CERTIFICATE-----")`, { cause });
  }
}

function parseKey(file: string, pem: Buffer): KeyObject {
  if (pem.includes('ENCRYPTED'))
    throw new ConfigError(
      `key_file ${file} is encrypted, and nobody could type its passphrase: "openssl pkey -in ${file} -out NEW" writes it without`,
    );
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new ConfigError(`key_file ${file} holds no private key in PEM ("-----BEGIN PRIVATE KEY-----")`, { cause });
  }
}
