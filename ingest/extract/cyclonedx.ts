// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { checkCyclonedxConformance } from '../../schemas/cyclonedx/conformance.ts';
import { parseCyclonedxJson } from '../../schemas/cyclonedx/parse.ts';
import { extractCyclonedx } from './cyclonedx/extract.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/** Reads CycloneDX JSON (1.2 to 1.7, ML-BOM included). */
export const cyclonedxReader: FormatReader = {
  formats: ['cyclonedx-json'],
  extractor: 'cyclonedx@2',
  read: readCyclonedx,
};

/** `detected` is not needed: the model keeps the version that the document names. */
function readCyclonedx(decoded: Decoded, _detected: Detected, context: ReadContext): Reading {
  if (decoded.kind !== 'json') {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'CycloneDX JSON is JSON text');
  }
  const { value } = decoded.json;
  const facts = extractCyclonedx(parseCyclonedxJson(value), 'cyclonedx-json', context);
  if (context.strict !== true) return { facts, conformant: null, conformanceProblems: [] };
  const { conformant, problems } = checkCyclonedxConformance(value);
  return { facts, conformant, conformanceProblems: problems };
}
