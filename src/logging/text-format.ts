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
  return `${[head, ...errorLines(err)].map(escapeControls).join('\n')}\n`;
}

function formatValue(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

function errorLines(error: unknown): readonly string[] {
  if (typeof error !== 'object' || error === null) return [];
  const { stack, message } = error as { stack?: unknown; message?: unknown };
  return String(stack ?? message)
    .split('\n')
    .map((line) => `  ${line}`);
}

/** Texts of hosts and clients must not steer a terminal, or begin a line of their own. */
function escapeControls(line: string): string {
  return line.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
