/** `1 device`, `2 devices`, `0 devices`: for sentences. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
