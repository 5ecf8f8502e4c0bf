import { SaxesParser } from 'saxes';

/** A parsed element: text, or children by name; attributes are children whose name starts with @. */
export type XmlElement = string | { readonly [name: string]: XmlElement | readonly XmlElement[] };

/** What of a document is kept. */
export interface XmlReading {
  /** Elements of this path (names from the root, with slashes) are handed over one by one, and not kept in the tree. */
  readonly each?: { readonly path: string; readonly take: (element: XmlElement) => void };
  /** Elements of these names are left out with all that is in them. */
  readonly without?: readonly string[];
}

/** The text is no XML. */
export class NotXml extends Error {}

/**
 * What XML has no place for, and libxml2 writes all the same where a file's name has it. It stands in a text, and
 * nothing else depends on it.
 */
const HARMLESS = /^(?:disallowed character|malformed character entity)\.$/;

/** Names of options, ids of hosts; paths of bricks are longer, and come once. */
const LONGEST_REPEATED = 40;

interface Open {
  readonly name: string;
  children: Children | null;
  text: string;
  /** How many names of the path of `each` lead here; null where it has been left. */
  readonly onPath: number | null;
}

type Children = Record<string, XmlElement | XmlElement[]>;

/** Makes elements of XML that comes in pieces. */
export class XmlTree {
  readonly #parser = new SaxesParser({ position: false, xmlns: false });
  readonly #path: readonly string[];
  readonly #take: ((element: XmlElement) => void) | null;
  readonly #without: ReadonlySet<string>;
  readonly #texts = new Map<string, string>();
  readonly #open: Open[] = [{ name: '', children: null, text: '', onPath: 0 }];
  /** How deep it is inside of an element that is left out. */
  #skipped = 0;
  #deferred: unknown = null;

  constructor({ each, without = [] }: XmlReading) {
    this.#path = each?.path.split('/') ?? [];
    this.#take = each?.take ?? null;
    this.#without = new Set(without);
    this.#parser.on('opentag', ({ name, attributes }) => this.#begin(name, attributes));
    this.#parser.on('closetag', () => this.#end());
    this.#parser.on('text', (text) => this.#addText(text));
    this.#parser.on('cdata', (text) => this.#addText(text));
    this.#parser.on('error', ({ message }) => {
      if (!HARMLESS.test(message)) throw new NotXml(message);
    });
  }

  /** Throws NotXml. */
  write(piece: string): void {
    this.#parser.write(piece);
  }

  /** Nothing more comes. Throws NotXml when something is missing. */
  end(): void {
    this.#parser.close();
  }

  /** The document: the only child is its root element. */
  get root(): XmlElement {
    return this.#open[0]?.children ?? '';
  }

  /** Throws what `take` has thrown first: until the whole document is known, it may be no answer at all. */
  throwDeferred(): void {
    if (this.#deferred !== null) throw this.#deferred;
  }

  #begin(name: string, attributes: Attributes): void {
    if (this.#skipped > 0 || this.#without.has(name)) {
      this.#skipped++;
      return;
    }
    const above = this.#open.at(-1)?.onPath ?? null;
    const onPath = above !== null && this.#path[above] === name ? above + 1 : null;
    let children: Children | null = null;
    for (const key in attributes) {
      children ??= Object.create(null) as Children;
      children[`@${key}`] = this.#kept((attributes[key] ?? '').trim());
    }
    this.#open.push({ name, children, text: '', onPath });
  }

  #addText(text: string): void {
    const open = this.#open.at(-1);
    if (open && this.#skipped === 0) open.text += text;
  }

  #end(): void {
    if (this.#skipped > 0) {
      this.#skipped--;
      return;
    }
    const closed = this.#open.pop();
    const parent = this.#open.at(-1);
    if (!closed || !parent) return;
    const text = closed.text.trim();
    if (closed.children !== null && text !== '') closed.children['#text'] = this.#kept(text);
    const element: XmlElement = closed.children ?? this.#kept(text);
    if (this.#take !== null && closed.onPath === this.#path.length) this.#handOver(element, this.#take);
    else add(parent, closed.name, element);
  }

  #handOver(element: XmlElement, take: (element: XmlElement) => void): void {
    if (this.#deferred !== null) return;
    try {
      take(element);
    } catch (error) {
      this.#deferred = error;
    }
  }

  /**
   * A copy: what the parser hands out is a view of the whole document, and a single name would keep all of it in memory.
   * Most texts come again and again.
   */
  #kept(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const copy = Buffer.from(text, 'utf16le').toString('utf16le');
    if (copy.length <= LONGEST_REPEATED) this.#texts.set(copy, copy);
    return copy;
  }
}

type Attributes = Readonly<Record<string, string>>;

/** Elements that come again under the same name become a list. */
function add(parent: Open, name: string, element: XmlElement): void {
  parent.children ??= Object.create(null) as Children;
  const found = parent.children[name];
  if (found === undefined) parent.children[name] = element;
  else if (Array.isArray(found)) found.push(element);
  else parent.children[name] = [found, element];
}
