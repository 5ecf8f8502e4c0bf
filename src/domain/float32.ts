/**
 * The number with the fewest decimals that is the same 32-bit float: 1.1 for 1.100000023841858. Snapshot factors are
 * 32-bit floats, and clients are shown what they sent.
 */
export function shortestFloat32(value: number): number {
  const float = Math.fround(value);
  for (let digits = 1; digits < 9; digits += 1) {
    const candidate = Number(float.toPrecision(digits));
    if (Math.fround(candidate) === float) return candidate;
  }
  return Number(float.toPrecision(9));
}
