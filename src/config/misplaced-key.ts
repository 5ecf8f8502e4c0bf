import { HEKETI_JSON_SCHEMA, type KeySchema, type ObjectSchema } from './heketi-json.schema.js';

/** Where keys of this name belong, with sections told from values; spelled with or without `_` and `-`. */
function placesOfKey(written: string, isSection: boolean): readonly string[] {
  return placesIn(HEKETI_JSON_SCHEMA, '', plain(written), isSection);
}

/** How an unknown key is warned about: mostly it is a known one on the wrong level. */
export function unknownKeyWarning(path: string, written: string, isSection: boolean): string {
  const places = placesOfKey(written, isSection).map((place) => (place.includes('.') ? place : `${place}, at the top`));
  const advice = places.length === 0 ? '' : `: it belongs at ${places.join(', or at ')}`;
  return `unknown key ${path} in the configuration is ignored${advice}`;
}

function placesIn(schema: ObjectSchema, path: string, name: string, isSection: boolean): readonly string[] {
  return Object.entries(schema.properties).flatMap(([key, member]: [string, KeySchema]) => {
    const place = path === '' ? key : `${path}.${key}`;
    const isHere = member.type !== undefined && plain(key) === name && (member.type === 'object') === isSection;
    return [...(isHere ? [place] : []), ...(member.type === 'object' ? placesIn(member, place, name, isSection) : [])];
  });
}

function plain(key: string): string {
  return key.toLowerCase().replace(/[-_]/g, '');
}
