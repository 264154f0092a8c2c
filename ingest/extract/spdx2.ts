// SPDX-License-Identifier: Apache-2.0
import { LIMITS } from '../../core/limits.ts';
import { checkSpdx2Conformance } from '../../schemas/spdx2/conformance.ts';
import { readSpdx2, SPDX2_FORMATS } from '../../schemas/spdx2/read.ts';
import { joinProblems } from '../../schemas/spdx2/problems.ts';
import { FactsBuilder } from './facts-builder.ts';
import { PlacingBuilder } from './sbom/placing-builder.ts';
import { extractSpdx2 } from './spdx2/extract.ts';
import type { Facts } from '../../graph/domain/facts.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { SpdxJsonForm } from '../../schemas/spdx2/encoding.ts';
import type { SpdxDocument, SpdxProblem } from '../../schemas/spdx2/model.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/** What tag-value does not allow: a tag without its colon, and a second value of what is "0..1" or "1..1". */
const TAG_FAULTS: ReadonlySet<string> = new Set(['tag-without-colon', 'repeated-tag']);

/** Reads SPDX 2.0 to 2.3 in JSON, tag-value, RDF/XML, XML and YAML. */
export const spdx2Reader: FormatReader = {
  formats: SPDX2_FORMATS,
  extractor: 'spdx2@3',
  read: readSpdx2Document,
};

function readSpdx2Document(decoded: Decoded, detected: Detected, context: ReadContext): Reading {
  const { document, form } = readSpdx2(decoded, detected.format);
  // JSON is the form that pointers are stated in already
  const builder =
    detected.format === 'spdx2-json'
      ? new FactsBuilder(context.digest)
      : new PlacingBuilder(context.digest, (pointer) => form.placeOf(pointer));
  const extracted = extractSpdx2(document, builder, detected.format, context);
  const facts = { ...extracted, problems: problemsOf(document, form, extracted) };
  if (context.strict !== true) return { facts, conformant: null, conformanceProblems: [] };
  const { problems: broken } = checkSpdx2Conformance(form.json, detected.format);
  const repaired = form.problems.filter(({ code }) => TAG_FAULTS.has(code));
  const conformanceProblems = [...broken.map((problem) => inPlace(problem, form)), ...repaired];
  return { facts, conformant: conformanceProblems.length === 0, conformanceProblems };
}

/** First what the form could not hold, then what the document says wrongly, then what does not make sense. */
function problemsOf(
  document: SpdxDocument,
  form: SpdxJsonForm,
  extracted: Facts,
): readonly SpdxProblem[] {
  const written = document.problems.map((problem) => inPlace(problem, form));
  const read = joinProblems([written, extracted.problems], form.placeOf(''));
  return [...form.problems, ...read].slice(0, LIMITS.problems);
}

function inPlace(problem: SpdxProblem, form: SpdxJsonForm): SpdxProblem {
  return { ...problem, pointer: form.placeOf(problem.pointer) };
}
