// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { findFacetFaults, findOpenLineageFaults } from '../../schemas/openlineage/conform.ts';
import { parseFacets, parseOpenLineage } from '../../schemas/openlineage/parse.ts';
import { FactsBuilder } from './facts-builder.ts';
import { stateEvent } from './openlineage/event-facts.ts';
import { stateFacets } from './openlineage/facet-facts.ts';
import type { JsonDocument } from '../../core/json.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { SchemaProblem } from '../../schemas/intoto/problem.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/** OpenLineage events. Events of one run meet in its node, whatever document or line they came in. */
export const openLineageReader: FormatReader = {
  formats: ['openlineage'],
  extractor: 'openlineage@2',
  read(decoded, detected, context) {
    const json = jsonDocumentOf(decoded);
    const builder = new FactsBuilder(context.digest);
    for (const event of parseOpenLineage(json)) stateEvent(builder, event);
    return finish(builder, detected, context, () => findOpenLineageFaults(json));
  },
};

/** Facets without their event: about the dataset that the caller names. */
export const openLineageFacetReader: FormatReader = {
  formats: ['openlineage-facet'],
  extractor: 'openlineage-facet@1',
  read(decoded, detected, context) {
    const builder = new FactsBuilder(context.digest);
    const json = jsonDocumentOf(decoded);
    stateFacets(builder, context, parseFacets(json));
    return finish(builder, detected, context, () => findFacetFaults(json));
  },
};

function jsonDocumentOf(decoded: Decoded): JsonDocument {
  if (decoded.kind !== 'json') throw new PedigreeError('ERR_PARSE_DOCUMENT', 'an event is JSON');
  return decoded.json;
}

function finish(
  builder: FactsBuilder,
  { format, version }: Detected,
  context: ReadContext,
  check: () => readonly SchemaProblem[],
): Reading {
  const isStrict = context.strict === true;
  const faults = isStrict ? check() : [];
  return {
    facts: builder.build({ format, version, statementKind: 'provenance' }),
    conformant: isStrict ? faults.length === 0 : null,
    conformanceProblems: faults,
  };
}
