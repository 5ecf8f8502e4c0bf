/**
 * Numbers from 1 to `count` without repetition, the first and the last among them; all of them with
 * MORTAR_CRASH_POINTS=all.
 */
export function samplePoints(count: number, wanted: number, random: () => number): readonly number[] {
  const all = Array.from({ length: count }, (_, i) => i + 1);
  if (process.env.MORTAR_CRASH_POINTS === 'all') return all;
  const drawn = Array.from({ length: wanted - 2 }, () => 1 + Math.floor(random() * count));
  return [...new Set([1, ...drawn, count])].sort((a, b) => a - b);
}
