// SPDX-License-Identifier: Apache-2.0
import { findSpan, isJsonObject, stringMember } from '../../core/json.ts';
import type { Decoded } from '../../schemas/decoded.ts';
import { isEmbeddedDocument, statementKindOf } from '../../schemas/intoto/predicates.ts';
import { parseStatement, type Statement } from '../../schemas/intoto/statement.ts';
import type { FormatReader, InnerDocument } from './extractor.ts';
import { FactsBuilder } from './facts-builder.ts';
import { finishReading, jsonOf } from './reading.ts';
import { addResource } from './resource-entity.ts';
import { addAttests } from './statement-facts.ts';

/**
 * in-toto statements whose predicate nobody here reads: the subjects are linked to the statement, the rest is kept in
 * the bytes. A predicate that is a document of another format (a BOM, a VEX) becomes an inner document about the subject.
 */
export const intotoStatementReader: FormatReader = {
  formats: ['in-toto-statement'],
  extractor: 'in-toto-statement/1',
  read(decoded, detected, context) {
    const statement = parseStatement(jsonOf(decoded));
    const builder = new FactsBuilder(context.digest);
    const result = findResult(statement);
    for (const resource of statement.subjects) {
      const subject = addResource(builder, resource);
      builder.subject(subject);
      addAttests(builder, context, subject, {
        predicateType: statement.predicateType,
        pointer: resource.pointer,
        ...(result !== undefined && { result }),
      });
    }
    const inner = findEmbedded(decoded, statement, builder);
    const about = { detected, statementKind: statementKindOf(statement.predicateType) };
    const reading = finishReading(builder, about, context, statement.problems);
    return inner === undefined ? reading : { ...reading, inner: [inner] };
  },
};

/** A verification summary says `verificationResult`, a test result says `result`. */
function findResult({ predicate, predicateType }: Statement): string | undefined {
  if (predicateType.startsWith('https://slsa.dev/verification_summary/')) {
    return stringMember(predicate, 'verificationResult');
  }
  if (predicateType.startsWith('https://in-toto.io/attestation/test-result/')) {
    return stringMember(predicate, 'result');
  }
  return undefined;
}

/** The predicate exactly as written (tag-value SPDX is a string), about the subject where there is one. */
function findEmbedded(
  decoded: Decoded,
  statement: Statement,
  builder: FactsBuilder,
): InnerDocument | undefined {
  const { predicate } = statement;
  if (decoded.kind !== 'json' || !isEmbeddedDocument(statement.predicateType)) return undefined;
  const text =
    typeof predicate === 'string'
      ? predicate
      : isJsonObject(predicate)
        ? findSpan(decoded.json, '/predicate')?.source
        : undefined;
  if (text === undefined || text === '') {
    builder.problem('predicate-malformed', '/predicate', 'the predicate is no document');
    return undefined;
  }
  const subject = onlySubjectRef(builder);
  const document = { name: 'predicate', bytes: new TextEncoder().encode(text) };
  return subject === undefined ? document : { ...document, subject };
}

/** A document about several things at once hangs on none of them. */
function onlySubjectRef(builder: FactsBuilder): string | undefined {
  const [first, ...others] = builder.subjects;
  if (first === undefined || others.length > 0) return undefined;
  const ref = builder.refOf(first);
  return ref.startsWith('local:') ? undefined : ref;
}
