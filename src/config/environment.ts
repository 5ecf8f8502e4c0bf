import { CONTAINER_VARIABLES } from './container-variables.js';

/** Variables of the process; an empty one counts as unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads variables by the original's rules. A value that can't be read is warned about, and answers null (or what
 * the variable's own rule says): the file's value stays.
 */
export interface EnvironmentReader {
  /** Null when unset or empty. */
  text(name: string): string | null;
  /** `1 t T TRUE true True 0 f F FALSE false False`. */
  boolean(name: string): boolean | null;
  /** First letter `y`, `Y` or `1` is true; `n`, `N` or `0` is false; anything else leaves the file's value. */
  yesNo(name: string): boolean | null;
  /** True for any text, even `false`. */
  presence(name: string): boolean;
  /** True for exactly `true`. */
  exactlyTrue(name: string): boolean;
  integer(name: string, range?: IntegerRange): number | null;
  /** An integer whose unreadable value means 0, the key's default. */
  integerOrZero(name: string): number | null;
  /** One of a fixed set of words. */
  choice<T extends string>(name: string, choices: readonly T[]): T | null;
}

interface IntegerRange {
  readonly min?: number;
  /** A larger value acts as this one. */
  readonly max?: number;
}

const TRUE = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const FALSE = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

/** Our own variables. Those of the original are listed in docs/configuration.md and read where their key is. */
export const MORTAR_VARIABLES = [
  'MORTAR_BACKUP_DIRECTORY',
  'MORTAR_BACKUP_KEEP',
  'MORTAR_BACKUP_SECONDS',
  'MORTAR_BRICKS_PER_HOST',
  'MORTAR_DATABASE_PASSWORD_FILE',
  'MORTAR_DATABASE_URL',
  'MORTAR_GLUSTER_CHANGES_PER_CLUSTER',
  'MORTAR_HEALS_PER_REMOVAL',
  'MORTAR_HEAL_LIMIT_SECONDS',
  'MORTAR_KUBE_EXECS_PER_POD',
  'MORTAR_LOG_FORMAT',
  'MORTAR_MOCK_MODE',
  'MORTAR_MOCK_TOPOLOGY',
  'MORTAR_MOCK_SOCKET',
  'MORTAR_DEVICE_CHECK',
  'MORTAR_NODE_REPAIR',
  'MORTAR_OPERATIONS_PER_CLUSTER',
  'MORTAR_SHUTDOWN_LIMIT_SECONDS',
  'MORTAR_SSH_MAX_SESSIONS',
  'MORTAR_USAGE_SURVEY',
] as const;

/** Variables that Kubernetes sets for a service named `mortar`. */
const SERVICE_LINK = /_SERVICE_(HOST|PORT)|_PORT($|_\d+_)/;

export function createEnvironmentReader(env: Environment, warnings: string[]): EnvironmentReader {
  const text = (name: string): string | null => env[name] || null;

  const refuse = (name: string, value: string, expected: string, consequence: string): null => {
    warnings.push(`${name} must be ${expected}, but it is ${JSON.stringify(value)}: ${consequence}`);
    return null;
  };

  const parseInteger = (value: string, min: number): number | null => {
    if (!/^[+-]?\d+$/.test(value)) return null;
    const number = Number(value);
    if (number < min) return null;
    return Math.max(Math.min(number, Number.MAX_SAFE_INTEGER), Number.MIN_SAFE_INTEGER);
  };

  return {
    text,
    boolean(name) {
      const value = text(name);
      if (value === null) return null;
      if (TRUE.includes(value)) return true;
      if (FALSE.includes(value)) return false;
      return refuse(name, value, 'true or false', 'it is ignored');
    },
    yesNo(name) {
      const value = text(name);
      if (value === null) return null;
      if (/^[yY1]/.test(value)) return true;
      if (/^[nN0]/.test(value)) return false;
      return refuse(name, value, 'y or n', 'it is ignored');
    },
    presence(name) {
      const value = text(name);
      if (value === null) return false;
      if (FALSE.includes(value) || /^no?$/i.test(value)) {
        warnings.push(`${name}=${value} turns it on, as any value does: unset it to turn it off`);
      }
      return true;
    },
    exactlyTrue(name) {
      const value = text(name);
      if (value !== null && value !== 'true' && value !== 'false') {
        refuse(name, value, 'exactly true to have an effect', 'it is ignored');
      }
      return value === 'true';
    },
    integer(name, range = {}) {
      const value = text(name);
      if (value === null) return null;
      const min = range.min ?? Number.NEGATIVE_INFINITY;
      const expected = Number.isFinite(min) ? `an integer from ${min} on` : 'an integer';
      const number = parseInteger(value, min) ?? refuse(name, value, expected, 'it is ignored');
      if (number === null || range.max === undefined || number <= range.max) return number;
      refuse(name, value, `at most ${range.max}`, `${range.max} is used`);
      return range.max;
    },
    integerOrZero(name) {
      const value = text(name);
      if (value === null) return null;
      const number = parseInteger(value, Number.NEGATIVE_INFINITY);
      if (number === null) refuse(name, value, 'an integer', 'the default is used');
      return number ?? 0;
    },
    choice(name, choices) {
      const value = text(name);
      if (value === null) return null;
      return choices.find((choice) => choice === value) ?? refuse(name, value, choices.join(' or '), 'it is ignored');
    },
  };
}

/** Misspelt variables of ours. Those of the original are not checked: Kubernetes sets HEKETI_... ones by itself. */
export function warnAboutUnknownVariables(env: Environment, warnings: string[]): void {
  const known: readonly string[] = [...MORTAR_VARIABLES, ...CONTAINER_VARIABLES];
  for (const name of Object.keys(env)) {
    if (!name.startsWith('MORTAR_') || SERVICE_LINK.test(name)) continue;
    if (!known.includes(name)) warnings.push(`unknown variable ${name} is ignored`);
  }
}
