// SPDX-License-Identifier: Apache-2.0
import type { View } from '../../graph/lineage/view.ts';
import type { TrustClass } from '../../graph/domain/trust-class.ts';
import type { Pedigree, QuestionOptions } from '../service/pedigree.ts';

/** What resolvers are given. All questions of one request are answered as of one log size. */
export interface GraphqlContext {
  readonly pedigree: Pedigree;
  /** Project of mutations that name none. */
  readonly project: string;
  /** True where the request carries the token. */
  readonly mayWrite: boolean;
  /** Log size when the request began. */
  readonly asOf: number;
}

/** The scope that arguments ask for. */
export function questionOf(
  context: GraphqlContext,
  args: {
    readonly asOf?: number | null | undefined;
    readonly minClass?: TrustClass | null | undefined;
  },
): QuestionOptions & { readonly asOf: number } {
  const { minClass } = args;
  return {
    asOf: args.asOf ?? context.asOf,
    ...(minClass === null || minClass === undefined ? {} : { minClass }),
  };
}

/** The view of a question. */
export function viewOf(
  context: GraphqlContext,
  args: { readonly asOf?: number | null | undefined } = {},
): Promise<View> {
  return context.pedigree.view(questionOf(context, args));
}
