import { Slices } from '../../../timing/turns.js';

/** Does a small work for each line of a text that may be long, in slices between which others have their turn. */
export async function forEachLine(text: string, work: (line: string) => void): Promise<void> {
  const slices = new Slices();
  for (let from = 0; from <= text.length; ) {
    if (slices.isOver) await slices.next();
    const end = text.indexOf('\n', from);
    work(text.slice(from, end < 0 ? text.length : end));
    if (end < 0) return;
    from = end + 1;
  }
}
