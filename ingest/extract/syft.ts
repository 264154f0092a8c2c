// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { parseSyft } from '../../schemas/syft/parse.ts';
import { formConformance } from './form-conformance.ts';
import { extractSyft } from './syft/extract.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/** Reads Syft's own JSON. Its schema ships with no package, so that conformance is not judged. */
export const syftReader: FormatReader = {
  formats: ['syft-json'],
  extractor: 'syft@1',
  read: readSyft,
};

function readSyft(decoded: Decoded, _detected: Detected, context: ReadContext): Reading {
  if (decoded.kind !== 'json') {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'Syft JSON is JSON text');
  }
  const facts = extractSyft(parseSyft(decoded.json.value), context);
  return { facts, ...formConformance(context) };
}
