import { stringifyJson } from '../json/stringify-json.js';

/** The text of an answer, which takes longer to make than to send: kept for whoever asks next. */
export class JsonText<Json> {
  /** As it is sent. */
  readonly bytes: Buffer;
  /** Never set: it carries the type of what the text tells. */
  declare readonly json?: Json;

  private constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  static of<Json extends object>(json: Json): JsonText<Json> {
    return new JsonText(Buffer.from(`${stringifyJson(json)}\n`));
  }
}
