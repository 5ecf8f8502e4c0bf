/** The original's level names, which its configuration and its API use. */
export const LOG_LEVELS = ['none', 'critical', 'error', 'warning', 'info', 'debug'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Names are lower-case and matched as written: `INFO` is none of them. */
export function isLogLevel(text: string): text is LogLevel {
  return (LOG_LEVELS as readonly string[]).includes(text);
}
