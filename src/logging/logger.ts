import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { boundedLine } from './bounded-line.js';
import { isLogLevel, LOG_LEVELS, type LogLevel } from './log-level.js';
import { createLineRedaction, redactFields } from './redaction.js';
import { SteadyOutput } from './steady-output.js';
import { formatAsText } from './text-format.js';

export interface LoggerOptions {
  readonly level: LogLevel;
  /** JSON lines, or lines for a person at a terminal. */
  readonly format: 'json' | 'text';
  /** Keys and passwords that may turn up inside messages; none of them is ever written. */
  readonly secrets?: readonly string[];
  /** Standard error when not given. */
  readonly stream?: DestinationStream;
}

/** The level of all loggers, changed while they run. */
export interface LogLevels {
  get(): LogLevel;
  /** Throws RangeError for a name that is no level. */
  set(level: string): void;
}

export interface Logging {
  readonly logger: Logger;
  readonly levels: LogLevels;
  /** Lines that could not be written, so far. */
  droppedLines(): number;
}

/** pino's numbers of the original's names; `none` is above all of them. */
const LEVEL_NUMBERS: Readonly<Record<LogLevel, number>> = {
  none: Number.POSITIVE_INFINITY,
  critical: 60,
  error: 50,
  warning: 40,
  info: 30,
  debug: 20,
};

const LEVEL_NAMES = new Map(LOG_LEVELS.map((name) => [LEVEL_NUMBERS[name], name]));

/**
 * The root logger; make children with `child({ reqId })`, `child({ op, opId })`.
 *
 * Everything goes to standard error, at once: the last line before a crash is written, and standard output
 * stays free for what people and scripts read there (`Listening on port`, `db export --jsonfile -`). Lines that find no
 * room there are dropped and counted.
 */
export function createLogger(options: LoggerOptions): Logging {
  let level = options.level;
  let threshold = LEVEL_NUMBERS[level];
  let dropped = 0;
  const redactLine = createLineRedaction(options.secrets ?? []);
  const logger = pino(
    {
      // The threshold is kept here, not in pino: its children copy the level when they are made.
      level: 'trace',
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: {
        level: (label, number) => ({ level: LEVEL_NAMES.get(number) ?? label }),
        log: redactFields,
      },
      hooks: {
        logMethod(args, method, number) {
          if (number >= threshold) method.apply(this, args);
        },
        streamWrite: (line) => inFormat(boundedLine(redactLine(line)), options.format),
      },
    },
    options.stream ??
      new SteadyOutput(2, {
        onDropped(lines) {
          dropped += lines;
        },
        resumed: (lines) => inFormat(resumedLine(lines), options.format),
      }),
  );
  // pino formats the fields of a line, but not those a child is made with.
  const makeChild = logger.child;
  logger.child = function redactedChild(this: Logger, fields: Record<string, unknown>, ...rest: unknown[]) {
    return makeChild.call(this, redactFields(fields), ...(rest as []));
  } as typeof logger.child;
  const levels: LogLevels = {
    get: () => level,
    set(name) {
      if (!isLogLevel(name)) throw new RangeError(`unknown log level: ${name}`);
      level = name;
      threshold = LEVEL_NUMBERS[name];
    },
  };
  return { logger, levels, droppedLines: () => dropped };
}

function inFormat(line: string, format: LoggerOptions['format']): string {
  // JSON escapes the first 32 control characters only.
  return format === 'text' ? formatAsText(line) : line.replace(/[\u007f-\u009f]/g, escapeInJson);
}

function escapeInJson(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function resumedLine(lines: number): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({ level: 'warning', time, lines, msg: 'log lines were dropped, because they could not be written' })}\n`;
}
