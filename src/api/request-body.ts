import { parseJson } from '../json/parse-json.js';
import type { RouteBody } from './contract/route.js';
import { HttpError } from './errors.js';
import { compileReader, JsonShapeError } from './json-reader.js';
import { compileRules } from './validation.js';

/** No request has a use for more, and what is wrong with each of them takes time to say. */
const LIMITS = { maxValues: 10_000 };

/** Undefined when there is none and the contract doesn't ask for one. */
export type BodyReader = (bytes: Buffer | undefined) => unknown;

/** From the bytes of a request to a value of the operation's body schema; the Content-Type plays no part. */
export function compileBodyReader({ isRequired, parseErrorStatus, schema }: RouteBody): BodyReader {
  const read = compileReader(schema);
  const check = compileRules(schema);
  return (bytes) => {
    if (!isRequired && (bytes === undefined || bytes.length === 0)) return undefined;
    let body: unknown;
    try {
      const document = parseJson(bytes?.toString('utf8') ?? '', LIMITS);
      body = read(document === null ? {} : document);
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof JsonShapeError)) throw error;
      throw new HttpError(parseErrorStatus, `request unable to be parsed: ${error.message}`);
    }
    check(body);
    return body;
  };
}
