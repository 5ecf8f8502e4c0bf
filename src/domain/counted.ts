/** `1 device`, `2 devices`, `0 devices`: for sentences. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
