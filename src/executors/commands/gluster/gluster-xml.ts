import { XMLParser } from 'fast-xml-parser';
import { type Command, CommandError, type CommandResult } from '../../executor.js';

/** Elements that may repeat: without this, a single one would come as an object and not as a list. */
const LISTS = new Set([
  'cliOutput.volInfo.volumes.volume',
  'cliOutput.volInfo.volumes.volume.bricks.brick',
  'cliOutput.volInfo.volumes.volume.options.option',
  'cliOutput.healInfo.bricks.brick',
  'cliOutput.peerStatus.peer',
  'cliOutput.volStatus.volumes.volume',
  'cliOutput.volStatus.volumes.volume.node',
]);

/** Values stay text: a volume may be called 1e10. */
const parser = new XMLParser({
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  isArray: (_name, path) => LISTS.has(String(path)),
});

/** A parsed element: text, or children by name. */
export type XmlElement = string | { readonly [name: string]: XmlElement | readonly XmlElement[] };

/**
 * The content of `cliOutput`. With --xml gluster exits 0 on failure too, so opRet decides: throws CommandError with
 * opErrstr as its text. Output that is not gluster's XML is refused likewise.
 */
export function readGlusterXml(host: string, command: Command, result: CommandResult): XmlElement {
  const output = parseCliOutput(result.stdout);
  if (output === null) {
    const said = result.stderr.trim() || result.stdout.trim().slice(0, 500) || 'nothing';
    throw failure(
      host,
      command,
      result,
      result.exitCode === 0 ? `gluster did not answer in XML but said: ${said}` : said,
    );
  }
  const opRet = childText(output, 'opRet');
  if (opRet === '0') return output;
  throw failure(
    host,
    command,
    result,
    childText(output, 'opErrstr') || result.stderr.trim() || `gluster failed with opRet ${opRet}`,
  );
}

function parseCliOutput(text: string): XmlElement | null {
  if (!text.trimStart().startsWith('<') || !text.trimEnd().endsWith('</cliOutput>')) return null;
  let parsed: XmlElement;
  try {
    parsed = parser.parse(text) as XmlElement;
  } catch {
    return null;
  }
  const output = child(parsed, 'cliOutput');
  return output !== null && childText(output, 'opRet') !== '' ? output : null;
}

function failure(host: string, command: Command, result: CommandResult, text: string): CommandError {
  return new CommandError(host, command, { exitCode: result.exitCode || 1, stdout: result.stdout, stderr: text });
}

/** The only child of that name, or null. */
export function child(element: XmlElement | null, name: string): XmlElement | null {
  if (element === null || typeof element === 'string' || !Object.hasOwn(element, name)) return null;
  const found = element[name];
  return found === undefined || Array.isArray(found) ? null : (found as XmlElement);
}

/** All children of that name, for elements that may repeat. */
export function children(element: XmlElement | null, name: string): readonly XmlElement[] {
  if (element === null || typeof element === 'string' || !Object.hasOwn(element, name)) return [];
  const found = element[name];
  if (found === undefined) return [];
  return Array.isArray(found) ? (found as readonly XmlElement[]) : [found as XmlElement];
}

/** '' when there is no such child. Attributes are children whose name starts with @. */
export function childText(element: XmlElement | null, name: string): string {
  const found = child(element, name);
  if (typeof found === 'string') return found;
  const text = child(found, '#text'); // where an element with attributes keeps it
  return typeof text === 'string' ? text : '';
}

/** A whole number; throws where gluster wrote something else. */
export function childNumber(element: XmlElement | null, name: string): number {
  const text = childText(element, name);
  if (!/^\d+$/.test(text))
    throw new Error(`gluster's XML has ${JSON.stringify(text)} for <${name}>, where a number was expected`);
  return Number(text);
}
