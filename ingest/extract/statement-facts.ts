// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../core/errors.ts';
import type { FactsBuilder } from './facts-builder.ts';
import type { ReadContext } from './extractor.ts';

/** The node of the statement itself, `document:<digest>`: what `attests` edges begin at. */
export function statementNode(builder: FactsBuilder, context: ReadContext): number {
  return builder.nodeOf(`document:${context.digest}`, ['File']);
}

/** States that the statement is about a thing. */
export function addAttests(
  builder: FactsBuilder,
  context: ReadContext,
  subject: number,
  about: { readonly predicateType: string; readonly pointer: string },
): void {
  const qualifiers = attestsQualifiers(about.predicateType);
  builder.edge(statementNode(builder, context), 'attests', subject, about.pointer, { qualifiers });
}

/** What an `attests` edge says: the predicate type, and the result where the statement names one. */
export function attestsQualifiers(
  predicateType: string,
  result?: string,
): Readonly<Record<string, string>> {
  const type = excerpt(predicateType, 512);
  return result === undefined
    ? { predicateType: type }
    : { predicateType: type, result: excerpt(result, 64) };
}

/** A command line as one label, cut short. */
export function commandLabel(command: readonly string[]): string {
  return excerpt(command.join(' '), 200);
}
