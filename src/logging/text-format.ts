/** Turns a line of JSON log into one for a person: `2026-01-31T12:00:00.000Z warning text name=value ...`. */
export function formatAsText(line: string): string {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const { time, level, msg, err, ...fields } = record;
  const words = Object.entries(fields).map(([name, value]) => `${name}=${formatValue(value)}`);
  const head = [time, String(level).padEnd(8), msg, ...words].filter((part) => part !== undefined).join(' ');
  return `${head}${formatError(err)}\n`;
}

function formatValue(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

function formatError(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { stack, message } = error as { stack?: unknown; message?: unknown };
  return `\n  ${String(stack ?? message).replaceAll('\n', '\n  ')}`;
}
