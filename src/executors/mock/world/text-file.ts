/** A file of words such as fstab. Deleting the lines of one mount point does not read the others. */
export class TextFile {
  readonly #lines = new Map<number, string>();
  readonly #bySecondWord = new Map<string, Set<number>>();
  #next = 0;

  append(line: string): void {
    const id = this.#next++;
    this.#lines.set(id, line);
    const word = secondWord(line);
    const ids = this.#bySecondWord.get(word);
    if (ids) ids.add(id);
    else this.#bySecondWord.set(word, new Set([id]));
  }

  hasSecondWord(word: string): boolean {
    return this.#bySecondWord.has(word);
  }

  deleteSecondWord(word: string): void {
    for (const id of this.#bySecondWord.get(word) ?? []) this.#lines.delete(id);
    this.#bySecondWord.delete(word);
  }

  deleteMatching(pattern: RegExp): void {
    for (const [id, line] of this.#lines) {
      if (!pattern.test(line)) continue;
      this.#lines.delete(id);
      const word = secondWord(line);
      const ids = this.#bySecondWord.get(word);
      ids?.delete(id);
      if (ids?.size === 0) this.#bySecondWord.delete(word);
    }
  }

  lines(): readonly string[] {
    return [...this.#lines.values()];
  }
}

function secondWord(line: string): string {
  const start = line.indexOf(' ') + 1;
  const end = line.indexOf(' ', start);
  return start === 0 || line.startsWith('#') ? '' : line.slice(start, end < 0 ? undefined : end);
}
