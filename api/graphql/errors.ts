// SPDX-License-Identifier: Apache-2.0
import { GraphQLError } from 'graphql';
import { excerpt, isPedigreeError, type ErrorCode } from '../../core/errors.ts';
import { isOwnFault, problemOf } from '../problem.ts';

const MESSAGE_CHARS = 300;

/**
 * What a caller may know of an error. Domain errors show code, message and hint; faults of the query itself (syntax,
 * unknown fields, wrong variables) are ERR_USAGE; everything else is ERR_INTERNAL without a word more, GraphQLErrors that
 * some library threw inside a resolver included.
 */
export function maskError(error: unknown, onFault: (error: unknown) => void): GraphQLError {
  const located = error instanceof GraphQLError ? error : undefined;
  const cause = located === undefined ? error : rootCause(located);
  if (isPedigreeError(cause)) {
    if (isOwnFault(cause.code)) onFault(cause);
    return fromProblem(cause, located);
  }
  // an error without a path is one of the request: nothing was executed yet
  if (located?.path === undefined && located !== undefined && cause instanceof GraphQLError) {
    return findRefusal(located) ?? usage(located);
  }
  onFault(cause);
  return fromProblem(cause, located);
}

/** A refusal of a whole request. */
export function requestError(
  code: ErrorCode,
  message: string,
  status: number,
  hint?: string,
): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code, ...(hint === undefined ? {} : { hint }), http: { status, spec: false } },
  });
}

function rootCause(error: GraphQLError): unknown {
  let cause: unknown = error;
  while (cause instanceof GraphQLError && cause.originalError !== undefined)
    cause = cause.originalError;
  return cause;
}

function fromProblem(cause: unknown, located: GraphQLError | undefined): GraphQLError {
  const { code, detail, hint, pointer, retryable } = problemOf(cause);
  return new GraphQLError(detail, {
    nodes: located?.nodes ?? null,
    path: located?.path ?? null,
    extensions: {
      code,
      ...(hint === undefined ? {} : { hint }),
      ...(pointer === undefined ? {} : { pointer }),
      ...(retryable ? { retryable } : {}),
    },
  });
}

/** A refusal that requestError made, with its status: a library marks errors of parsing as fit for a 200. */
function findRefusal({ message, extensions }: GraphQLError): GraphQLError | undefined {
  const { code, http, hint } = extensions as Partial<RefusalExtensions>;
  if (code === undefined || !code.startsWith('ERR_') || http?.status === undefined)
    return undefined;
  return requestError(code, message, http.status, hint);
}

interface RefusalExtensions {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly http: { readonly status: number };
}

function usage(error: GraphQLError): GraphQLError {
  const { nodes = null, source = null, positions = null, extensions } = error;
  const http = extensions['http'];
  return new GraphQLError(excerpt(error.message, MESSAGE_CHARS), {
    nodes,
    source,
    positions,
    extensions: { code: 'ERR_USAGE', ...(http === undefined ? {} : { http }) },
  });
}
