import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import { isLogLevel, LOG_LEVELS, type LogLevel } from './log-level.js';
import { createTextRedaction, redactFields } from './redaction.js';
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
 * Everything goes to standard error, synchronously: the last line before a crash is written, and standard output
 * stays free for what people and scripts read there (`Listening on port`, `db export --jsonfile -`).
 */
export function createLogger(options: LoggerOptions): { readonly logger: Logger; readonly levels: LogLevels } {
  let level = options.level;
  let threshold = LEVEL_NUMBERS[level];
  const redactText = createTextRedaction(options.secrets ?? []);
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
        streamWrite: (line) => (options.format === 'text' ? formatAsText(redactText(line)) : redactText(line)),
      },
    },
    options.stream ?? destination({ dest: 2, sync: true }),
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
  return { logger, levels };
}
