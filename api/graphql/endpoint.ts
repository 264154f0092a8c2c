// SPDX-License-Identifier: Apache-2.0
import { NoSchemaIntrospectionCustomRule, OperationTypeNode, parse, type ExecutionArgs } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Hono } from 'hono';
import { LIMITS } from '../../core/limits.ts';
import type { AppContext, AppEnv, Shared } from '../env.ts';
import { readJsonText } from '../http/body.ts';
import { hasToken, TOKEN_HINT } from '../http/loopback.ts';
import type { GraphqlContext } from './context.ts';
import { maskError, requestError } from './errors.ts';
import { exceededLimit, measureQuery } from './limits.ts';
import { schema } from './schema.ts';

export const GRAPHQL_PATH = '/graphql';

/** GraphQL over HTTP. @see https://graphql.github.io/graphql-over-http/draft/ */
export function addGraphql(app: Hono<AppEnv>, shared: Shared): void {
  const yoga = createYoga<{ readonly request: GraphqlContext }>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    context: ({ request }) => request,
    batching: false,
    multipart: false,
    cors: false,
    logging: false,
    landingPage: false,
    graphiql: shared.isDevelopment,
    // what others asked is not kept; and the token limit must see every text
    parserAndValidationCache: false,
    fetchAPI: { fetch, Request, Response, Headers, URL, URLSearchParams, ReadableStream, TextEncoder, TextDecoder },
    maskedErrors: { maskError: (error) => maskError(error, shared.onFault) },
    // limits come before the validation that they bound
    plugins: [limitTokens(), limitQuery(), hideSchema(shared.isDevelopment), guardMutations()],
  });
  app.get(GRAPHQL_PATH, async (c) => await yoga.fetch(c.req.raw, await serverContext(c, shared)));
  app.post(GRAPHQL_PATH, async (c) => {
    const body = await readJsonText(c, shared.bodies);
    const request = new Request(c.req.raw.url, { method: 'POST', headers: c.req.raw.headers, body });
    return await yoga.fetch(request, await serverContext(c, shared));
  });
}
