/** The server answered, with a refusal; the message is its text. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(status: number, text: string) {
    super(text.trim());
    this.status = status;
  }
}

/** No complete answer came. What the server has done is not known. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** The server accepted a change, and its answer was lost. */
export class LostAnswer extends Error {
  override readonly name = 'LostAnswer';
}

/** What became of a change is not known: it has neither been done nor failed. */
export function isUnknown(error: unknown): boolean {
  return error instanceof Unreachable || error instanceof LostAnswer;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof Refusal && error.status === 404;
}
