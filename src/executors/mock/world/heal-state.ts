/** How heals take their time. */
export interface HealPace {
  /** Of each set. */
  readonly filesPerSecond: number;
  /** For so long after replace-brick the bricks of a dispersed set know of nothing that the new one lacks. */
  readonly secondsUntilDispersedKnow: number;
}

/** What is particular about a volume's healing. */
export interface HealState {
  /** Nothing is healed, though bricks and daemons run. */
  isStalled: boolean;
  /** `heal info` does not get through to glusterd. */
  isMute: boolean;
  /** Files whose copies accuse each other: they are shown, and nobody heals them. */
  readonly split: Set<number>;
  /** Bricks that were put in place, by set and place, and the seconds until the others begin to know what they lack. */
  readonly unknown: { readonly first: number; readonly place: number; seconds: number }[];
}

export function newHealState(): HealState {
  return { isStalled: false, isMute: false, split: new Set(), unknown: [] };
}
