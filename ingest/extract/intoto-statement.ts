// SPDX-License-Identifier: Apache-2.0
import { findSpan, isJsonObject, valueAt } from '../../core/json.ts';
import type { PredicateInput, PredicateReport } from '../../schemas/intoto-predicate/adapter.ts';
import { findPredicateAdapter } from '../../schemas/intoto-predicate/registry.ts';
import { isEmbeddedDocument, statementKindOf } from '../../schemas/intoto/predicates.ts';
import type { SchemaProblem } from '../../schemas/intoto/problem.ts';
import { parseStatement, predicateObject, type Statement } from '../../schemas/intoto/statement.ts';
import { jsonRoot } from '../../schemas/tool-report/read.ts';
import type { Decoded } from '../../schemas/decoded.ts';
import type { FormatReader, InnerDocument } from './extractor.ts';
import { FactsBuilder } from './facts-builder.ts';
import { addPredicateFacts } from './predicate-facts.ts';
import { finishReading, jsonOf } from './reading.ts';
import { addResource } from './resource-entity.ts';
import { attestsQualifiers, statementNode } from './statement-facts.ts';

/**
 * in-toto statements about their subjects. A predicate with an adapter (verification summary, SCAI, test result…) is read
 * as what it says; of one that nobody here reads only the subjects are linked to the statement. A predicate that is, or
 * holds, a document of another format (a BOM, a VEX, a scanner's report) becomes an inner document about the subject.
 */
export const intotoStatementReader: FormatReader = {
  formats: ['in-toto-statement'],
  extractor: 'in-toto-statement/4',
  read(decoded, detected, context) {
    const statement = parseStatement(jsonOf(decoded));
    const { predicateType } = statement;
    const problems = [...statement.problems];
    const adapter = findPredicateAdapter(predicateType);
    const report = adapter?.read(predicateInput(decoded, statement, problems));
    const builder = new FactsBuilder(context.digest);
    const attests = { qualifiers: attestsQualifiers(predicateType, report?.verdict) };
    let own: number | undefined;
    for (const resource of statement.subjects) {
      const subject = addResource(builder, resource);
      builder.subject(subject);
      own ??= statementNode(builder, context);
      builder.edge(own, 'attests', subject, resource.pointer, attests);
    }
    if (report !== undefined) {
      own ??= statementNode(builder, context);
      addPredicateFacts(builder, own, builder.subjects, report);
    }
    const inner = findEmbedded(decoded, statement, report, builder);
    const about = {
      detected,
      statementKind: adapter?.statementKind ?? statementKindOf(predicateType),
    };
    const reading = finishReading(builder, about, context, problems);
    return inner === undefined ? reading : { ...reading, inner: [inner] };
  },
};

/** @throws {PedigreeError} ERR_PARSE_DOCUMENT where the predicate is no object */
function predicateInput(
  decoded: Decoded,
  statement: Statement,
  problems: SchemaProblem[],
): PredicateInput {
  predicateObject(statement);
  return { place: jsonRoot(decoded).at('predicate'), problems };
}

/** The predicate exactly as written (tag-value SPDX is a string), about the subject where there is one. */
function findEmbedded(
  decoded: Decoded,
  statement: Statement,
  report: PredicateReport | undefined,
  builder: FactsBuilder,
): InnerDocument | undefined {
  const pointer =
    report === undefined && isEmbeddedDocument(statement.predicateType)
      ? '/predicate'
      : report?.embedded;
  if (decoded.kind !== 'json' || pointer === undefined) return undefined;
  const document = valueAt(decoded.json.value, pointer);
  const text =
    typeof document === 'string'
      ? document
      : isJsonObject(document)
        ? findSpan(decoded.json, pointer)?.source
        : undefined;
  if (text === undefined || text === '') {
    builder.problem('predicate-malformed', pointer, 'the predicate is no document');
    return undefined;
  }
  const subject = onlySubjectRef(builder);
  const inner = { name: 'predicate', bytes: new TextEncoder().encode(text) };
  return subject === undefined ? inner : { ...inner, subject };
}

/** A document about several things at once hangs on none of them. */
function onlySubjectRef(builder: FactsBuilder): string | undefined {
  const [first, ...others] = builder.subjects;
  if (first === undefined || others.length > 0) return undefined;
  const ref = builder.refOf(first);
  return ref.startsWith('local:') ? undefined : ref;
}
