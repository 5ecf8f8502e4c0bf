/** What kind of id an argument is, for shell completion. */
export type ArgumentKind = 'cluster' | 'node' | 'device' | 'volume' | 'blockvolume' | 'operation';

/** What a command says about itself. */
export interface CommandTexts {
  /** One line, for lists of commands. */
  readonly summary: string;
  /** Opening of the help text; the summary where absent. */
  readonly long?: string;
  readonly example?: string;
  /** Arguments as shown in usage lines: `ID`, `[ID]`, `ID TAG:VALUE...`. */
  readonly args?: string;
  readonly argKind?: ArgumentKind;
  /** Fixed words an argument may be. */
  readonly argWords?: readonly string[];
  readonly aliases?: readonly string[];
  readonly isHidden?: boolean;
}
