/** A whole number as somebody has typed it; null for anything else, and for less than `least`. */
export function wholeNumber(text: string, least: number): number | null {
  const value = Number(text);
  return text.trim() !== '' && Number.isSafeInteger(value) && value >= least ? value : null;
}
