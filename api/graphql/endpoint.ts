// SPDX-License-Identifier: Apache-2.0
import {
  getOperationAST,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  OperationTypeNode,
  parse,
  type DocumentNode,
  type ParseOptions,
  type Source,
} from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Hono } from 'hono';
import { LIMITS } from '../../core/limits.ts';
import type { AppContext, AppEnv, Shared } from '../env.ts';
import { readJsonBody } from '../http/body.ts';
import { hasToken, TOKEN_HINT } from '../http/loopback.ts';
import type { GraphqlContext } from './context.ts';
import { maskError, requestError } from './errors.ts';
import { exceededLimit, measureQuery } from './limits.ts';
import { schema } from './schema.ts';

export const GRAPHQL_PATH = '/graphql';

const TOO_MANY_TOKENS = /more tha[nt] \d+ tokens/;

/** GraphQL over HTTP. @see https://graphql.github.io/graphql-over-http/draft/ */
export function addGraphql(app: Hono<AppEnv>, shared: Shared): void {
  const yoga = createYoga<GraphqlContext>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    batching: false,
    multipart: false,
    cors: false,
    logging: false,
    landingPage: false,
    graphiql: shared.isDevelopment,
    // what others asked is not kept, and the token limit sees every text
    parserAndValidationCache: false,
    maskedErrors: { maskError: (error) => maskError(error, shared.onFault) },
    // the order is meaning: limits come before the validation that they bound, the token before the mutation
    plugins: [
      limitTokens(),
      limitQuery(),
      ...(shared.isDevelopment ? [] : [hideSchema()]),
      guardMutations(),
    ],
  });
  app.get(GRAPHQL_PATH, async (c) => {
    return toNative(await yoga.fetch(c.req.raw, await createContext(c, shared)));
  });
  app.post(GRAPHQL_PATH, async (c) => {
    const { text } = await readJsonBody(c, shared.bodies);
    const { url, headers } = c.req.raw;
    const request = new Request(url, {
      method: 'POST',
      headers: withoutLength(headers),
      body: text,
    });
    return toNative(await yoga.fetch(request, await createContext(c, shared)));
  });
}

async function createContext(
  c: AppContext,
  { pedigree, project, token }: Shared,
): Promise<GraphqlContext> {
  await pedigree.ledger.refresh();
  return { pedigree, project, mayWrite: hasToken(c, token), asOf: pedigree.ledger.head.size };
}

/** The text was read and decoded already: its old length and encoding say nothing of it. */
function withoutLength(headers: Headers): Headers {
  const kept = new Headers(headers);
  kept.delete('content-length');
  kept.delete('transfer-encoding');
  kept.set('content-type', 'application/json');
  return kept;
}

/** An answer whose headers may still be added to. */
function toNative(response: Response): Response {
  return new Response(response.body, { status: response.status, headers: [...response.headers] });
}

function limitTokens(): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source: Source | string, options?: ParseOptions) =>
        parseBounded(source, options),
      );
    },
  };
}

function parseBounded(source: Source | string, options: ParseOptions = {}): DocumentNode {
  try {
    return parse(source, { ...options, maxTokens: LIMITS.graphqlTokens });
  } catch (error) {
    if (error instanceof GraphQLError && TOO_MANY_TOKENS.test(error.message)) {
      throw requestError(
        'ERR_LIMIT_ITEMS',
        `the query has more than ${LIMITS.graphqlTokens} tokens`,
        400,
      );
    }
    throw error;
  }
}

function limitQuery(): Plugin {
  return {
    onValidate({ params, setResult }) {
      const { documentAST } = params as { documentAST: DocumentNode };
      const exceeded = exceededLimit(measureQuery(documentAST, schema));
      if (exceeded !== undefined) setResult([requestError('ERR_LIMIT_ITEMS', exceeded, 400)]);
    },
  };
}

function hideSchema(): Plugin {
  return {
    onValidate({ addValidationRule }) {
      addValidationRule(NoSchemaIntrospectionCustomRule);
    },
  };
}

/** Mutations change state, so they want the token; whichever they are, and however they are sent. */
function guardMutations(): Plugin<GraphqlContext> {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const { document, operationName, contextValue } = args as {
        document: DocumentNode;
        operationName?: string | null;
        contextValue: GraphqlContext;
      };
      const isMutation =
        getOperationAST(document, operationName)?.operation === OperationTypeNode.MUTATION;
      if (!isMutation || contextValue.mayWrite) return;
      const message = 'this changes state and needs the token of this server';
      setResultAndStopExecution({
        errors: [requestError('ERR_NOT_AUTHORISED', message, 401, TOKEN_HINT)],
      });
    },
  };
}
