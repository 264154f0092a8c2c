// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { parseXml } from '../xml/parse.ts';
import { parseSpdx2 } from './parse.ts';
import { formOfRdf } from './rdf-form.ts';
import { formOfTagValue } from './tag-value-form.ts';
import { formOfXml } from './xml-form.ts';
import { formOfYaml } from './yaml-form.ts';
import type { Decoded } from '../decoded.ts';
import { EncodedText, HeldText, type TagText } from './tag-text.ts';
import type { SpdxJsonForm } from './encoding.ts';
import type { SpdxDocument } from './model.ts';

/** Formats (Detected.format) of SPDX 2. */
export const SPDX2_FORMATS = [
  'spdx2-json',
  'spdx2-tv',
  'spdx2-rdf',
  'spdx2-xml',
  'spdx2-yaml',
] as const;

/** An SPDX 2 document, and where its pointers stand in what it was read from. */
export interface ReadSpdx2 {
  /** Its pointers are those of the JSON form. */
  readonly document: SpdxDocument;
  readonly form: SpdxJsonForm;
}

/**
 * Reads an SPDX 2 document of any encoding.
 * @param format one of SPDX2_FORMATS
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT and what the reader of the encoding throws
 */
export function readSpdx2(decoded: Decoded, format: string): ReadSpdx2 {
  const form = formOf(decoded, format);
  return { document: parseSpdx2(form.json), form };
}

function formOf(decoded: Decoded, format: string): SpdxJsonForm {
  if (format === 'spdx2-json' && decoded.kind === 'json') {
    return { json: decoded.json.value, placeOf: (pointer) => pointer, problems: [] };
  }
  if (decoded.kind === 'text') {
    if (format === 'spdx2-tv') return formOfTagValue(textOf(decoded));
    if (format === 'spdx2-rdf') return formOfRdf(parseXml(decoded.text));
    if (format === 'spdx2-xml') return formOfXml(parseXml(decoded.text));
    if (format === 'spdx2-yaml') return formOfYaml(decoded.text);
  }
  throw new PedigreeError('ERR_PARSE_DOCUMENT', `not ${format}`);
}

function textOf(decoded: Decoded & { readonly kind: 'text' }): TagText {
  return decoded.isLarge === true ? new EncodedText(decoded.bytes) : new HeldText(decoded.text);
}
