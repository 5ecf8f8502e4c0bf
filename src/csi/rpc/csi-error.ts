/** The gRPC codes that the specification has for these calls, by their numbers on the wire. */
export const CODES = {
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

export type CsiCode = keyof typeof CODES;

/** What a call is refused with; `message` is for people: what was refused, why, what to do. */
export class CsiError extends Error {
  override readonly name = 'CsiError';
  readonly code: CsiCode;

  constructor(code: CsiCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Throws INVALID_ARGUMENT for a required field that is empty; `field` in the specification's words. */
export function requireField(value: string, field: string): string {
  if (value === '') throw new CsiError('INVALID_ARGUMENT', `${field} is required`);
  return value;
}
