// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../core/errors.ts';
import type { FactsBuilder } from './facts-builder.ts';
import type { ReadContext } from './extractor.ts';

/** The node of the statement itself, `document:<digest>`: what `attests` edges begin at. */
export function statementNode(builder: FactsBuilder, context: ReadContext): number {
  return builder.nodeOf(`document:${context.digest}`, ['File']);
}

/** States that the statement is about a thing, and with which result where it names one. */
export function addAttests(
  builder: FactsBuilder,
  context: ReadContext,
  subject: number,
  about: { readonly predicateType: string; readonly pointer: string; readonly result?: string },
): void {
  const { predicateType, pointer, result } = about;
  const qualifiers = {
    predicateType: excerpt(predicateType, 512),
    ...(result !== undefined && { result: excerpt(result, 64) }),
  };
  builder.edge(statementNode(builder, context), 'attests', subject, pointer, { qualifiers });
}

/** A command line as one label, cut short. */
export function commandLabel(command: readonly string[]): string {
  return excerpt(command.join(' '), 200);
}
