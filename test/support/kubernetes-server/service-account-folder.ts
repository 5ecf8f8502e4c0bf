import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The files that a pod has of its service account: links through `..data`, which is swapped as one. */
export class ServiceAccountFolder {
  readonly path: string;
  readonly #namespace: string;
  readonly #ca: string;
  #version = 0;

  /** `ca`: PEM, '' for none. */
  constructor(token: string, namespace: string, ca = '') {
    this.path = mkdtempSync(join(tmpdir(), 'mortar-account-'));
    this.#namespace = namespace;
    this.#ca = ca;
    for (const name of ['token', 'namespace', 'ca.crt']) symlinkSync(`..data/${name}`, join(this.path, name));
    this.rotate(token);
  }

  rotate(token: string): void {
    const version = `..version_${++this.#version}`;
    mkdirSync(join(this.path, version));
    const files = { token, namespace: this.#namespace, 'ca.crt': this.#ca };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.path, version, name), text);
    symlinkSync(version, join(this.path, '..data_tmp'));
    renameSync(join(this.path, '..data_tmp'), join(this.path, '..data'));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
