/** 24 days: about what one timer can wait. */
export const LONGEST_SECONDS = 24 * 86_400;

/** A configured time as it can be waited for; says so when that is shorter. */
export function boundSeconds(key: string, value: number, warnings: string[]): number {
  if (value <= LONGEST_SECONDS) return value;
  warnings.push(`${key} is ${value} s: at most ${LONGEST_SECONDS} (24 days) can be waited for, and that is used`);
  return LONGEST_SECONDS;
}
