/**
 * On which hosts the files of glusterd tell who uses a brick, as learnt: not where they lie elsewhere, as beside a
 * container. A host that has told once is asked for ever: what it did not show then was on its way out of gluster.
 */
export class GlusterdFiles {
  readonly #areTelling = new Map<string, boolean>();

  mayTell(host: string): boolean {
    return this.#areTelling.get(host) ?? true;
  }

  told(host: string): void {
    this.#areTelling.set(host, true);
  }

  didNotTell(host: string): void {
    if (!this.#areTelling.get(host)) this.#areTelling.set(host, false);
  }
}
