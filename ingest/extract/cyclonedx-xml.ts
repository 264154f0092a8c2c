// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { checkCyclonedxXmlConformance } from '../../schemas/cyclonedx-xml/conformance.ts';
import { parseCyclonedxXml } from '../../schemas/cyclonedx-xml/parse.ts';
import { parseXml } from '../../schemas/xml/parse.ts';
import { extractCyclonedx } from './cyclonedx/extract.ts';
import { replacePointers } from './sbom/replace-pointers.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/** Reads CycloneDX XML (1.0 to 1.7), with what reads CycloneDX JSON: the same statement yields the same facts. */
export const cyclonedxXmlReader: FormatReader = {
  formats: ['cyclonedx-xml'],
  extractor: 'cyclonedx-xml@2',
  read: readCyclonedxXml,
};

function readCyclonedxXml(decoded: Decoded, _detected: Detected, context: ReadContext): Reading {
  if (decoded.kind !== 'text') {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'CycloneDX XML is text');
  }
  const root = parseXml(decoded.text);
  const parsed = parseCyclonedxXml(root);
  const extracted = extractCyclonedx(parsed.bom, 'cyclonedx-xml', context);
  const facts = replacePointers(extracted, (pointer) => parsed.placeOf(pointer));
  if (context.strict !== true) return { facts, conformant: null, conformanceProblems: [] };
  const { conformant, problems } = checkCyclonedxXmlConformance(root);
  return { facts, conformant, conformanceProblems: problems };
}
