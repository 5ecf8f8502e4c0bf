import { Slices } from '../../../timing/turns.js';
import { type Command, CommandError, type CommandResult } from '../../executor.js';
import { NotXml, type XmlElement, type XmlReading, XmlTree } from './xml-tree.js';

export type { XmlElement } from './xml-tree.js';

/** Characters that are parsed in one go: some milliseconds. */
const PIECE = 1 << 15;

/**
 * The content of `cliOutput`, without what `reading` leaves out. With --xml gluster exits 0 on failure too, so opRet
 * decides: throws CommandError with opErrstr as its text. Output that is not gluster's XML is refused likewise. Lists of
 * all volumes are long: they are read in slices, between which others have their turn.
 */
export async function readGlusterXml(
  host: string,
  command: Command,
  result: CommandResult,
  reading: XmlReading = {},
): Promise<XmlElement> {
  const tree = await parseCliOutput(result.stdout, reading);
  const output = child(tree?.root ?? null, 'cliOutput');
  const opRet = childText(output, 'opRet');
  if (tree === null || output === null || opRet === '') {
    const said = result.stderr.trim() || result.stdout.trim().slice(0, 500) || 'nothing';
    throw failure(
      host,
      command,
      result,
      result.exitCode === 0 ? `gluster did not answer in XML but said: ${said}` : said,
    );
  }
  if (opRet === '0') {
    tree.throwDeferred();
    return output;
  }
  throw failure(
    host,
    command,
    result,
    childText(output, 'opErrstr') || result.stderr.trim() || `gluster failed with opRet ${opRet}`,
  );
}

async function parseCliOutput(stdout: string, reading: XmlReading): Promise<XmlTree | null> {
  const text = stdout.trimStart();
  if (!text.startsWith('<') || !text.trimEnd().endsWith('</cliOutput>')) return null;
  const tree = new XmlTree(reading);
  const slices = new Slices();
  try {
    for (let from = 0; from < text.length; from += PIECE) {
      if (slices.isOver) await slices.next();
      tree.write(text.slice(from, from + PIECE));
    }
    tree.end();
  } catch (error) {
    if (error instanceof NotXml) return null;
    throw error;
  }
  return tree;
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

/** Of children that are nothing but text. */
export function childTexts(element: XmlElement | null, name: string): readonly string[] {
  return children(element, name).filter((found) => typeof found === 'string');
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
