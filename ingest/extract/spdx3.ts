// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { checkSpdx3Conformance } from '../../schemas/spdx3/conformance.ts';
import { parseSpdx3 } from '../../schemas/spdx3/parse.ts';
import { extractSpdx3 } from './spdx3/extract.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/** Reads SPDX 3 JSON-LD (core, software, AI, dataset, build, licensing and security profiles). */
export const spdx3Reader: FormatReader = {
  formats: ['spdx3-jsonld'],
  extractor: 'spdx3@2',
  read: readSpdx3,
};

function readSpdx3(decoded: Decoded, _detected: Detected, context: ReadContext): Reading {
  if (decoded.kind !== 'json') {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'SPDX 3 JSON-LD is JSON text');
  }
  const { value } = decoded.json;
  const facts = extractSpdx3(parseSpdx3(value), context);
  if (context.strict !== true) return { facts, conformant: null, conformanceProblems: [] };
  const { conformant, problems } = checkSpdx3Conformance(value);
  return { facts, conformant, conformanceProblems: problems };
}
