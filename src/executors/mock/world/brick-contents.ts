/**
 * What the directory of a brick holds of its volume. Files are numbers: each is written once, and whole. It lies in the
 * brick's file system, and so outlives the brick's place in a volume.
 */
export class BrickContents {
  /** An arbiter holds the names of files only. */
  readonly hasNamesOnly: boolean;
  /** Of the brick in its set: what a dispersed set holds of a file differs from place to place. */
  readonly place: number;
  readonly files = new Set<number>();
  /** By place, the files of which this brick knows that the one there lacks them (gluster's changelogs). */
  readonly owed = new Map<number, Set<number>>();
  /** Places of bricks that were put in place empty, as this brick knows: nobody has listed yet what they lack. */
  readonly owedRoots = new Set<number>();

  constructor(place: number, hasNamesOnly: boolean) {
    this.place = place;
    this.hasNamesOnly = hasNamesOnly;
  }

  owedTo(place: number): Set<number> {
    let files = this.owed.get(place);
    if (!files) {
      files = new Set();
      this.owed.set(place, files);
    }
    return files;
  }

  /** All files of which it knows that others lack them. */
  get owedFiles(): ReadonlySet<number> {
    return new Set([...this.owed.values()].flatMap((files) => [...files]));
  }

  copy(): BrickContents {
    const twin = new BrickContents(this.place, this.hasNamesOnly);
    for (const file of this.files) twin.files.add(file);
    for (const [place, files] of this.owed) twin.owed.set(place, new Set(files));
    for (const place of this.owedRoots) twin.owedRoots.add(place);
    return twin;
  }
}
