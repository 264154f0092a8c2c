// SPDX-License-Identifier: Apache-2.0
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { isPedigreeError } from '../core/errors.ts';
import { LIMITS } from '../core/limits.ts';
import type { AppDeps, AppEnv, Shared } from './env.ts';
import { addGraphql } from './graphql/endpoint.ts';
import { ByteBudget } from './http/byte-budget.ts';
import { limitTime } from './http/deadline.ts';
import { setHeaders } from './http/headers.ts';
import { requireLoopback, requireToken } from './http/loopback.ts';
import { createProblem, isOwnFault, problemOf, problemResponse } from './problem.ts';
import { addEvidence } from './rest/evidence.ts';
import { addLog } from './rest/log.ts';
import { OPENAPI } from './rest/openapi.ts';
import { assertNoQuery } from './rest/query.ts';
import { addQuestions } from './rest/questions.ts';
import { addStatements } from './rest/statements.ts';

export const API_BASE = '/api/v1';

/** The whole API as one function from request to response. */
export function createApp(deps: AppDeps): Hono<AppEnv> {
  const shared: Shared = { ...deps, bodies: new ByteBudget(LIMITS.bodiesInFlightBytes) };
  const app = new Hono<AppEnv>();
  // the order is meaning: headers go on refusals too; who asks is looked at before anything is read
  app.use(setHeaders());
  app.use(requireLoopback(deps.authorities));
  app.use(limitTime(deps.requestMs));
  app.route(API_BASE, createRest(shared));
  // its mutations want the token, its queries do not: it looks for itself
  addGraphql(app, shared);
  app.notFound((c) => notFound(c.req.path));
  app.onError((error) => errorResponse(error, deps.onFault));
  return app;
}

function createRest(shared: Shared): Hono<AppEnv> {
  const rest = new Hono<AppEnv>();
  rest.use(requireToken(shared.token));
  addLog(rest, shared);
  addQuestions(rest, shared);
  addEvidence(rest, shared);
  addStatements(rest, shared);
  rest.get('/openapi.json', (c) => {
    assertNoQuery(c);
    return c.json(OPENAPI);
  });
  return rest;
}

function notFound(path: string): Response {
  const isApi = path.startsWith(`${API_BASE}/`);
  const hint = `what there is: ${API_BASE}/openapi.json`;
  const detail = isApi ? 'there is no such path, or not with this method' : 'there is nothing here';
  return problemResponse(createProblem('ERR_NOT_FOUND', detail, { hint }));
}

function errorResponse(error: unknown, onFault: AppDeps['onFault']): Response {
  if (error instanceof HTTPException && error.res !== undefined) return error.getResponse();
  if (!isPedigreeError(error) || isOwnFault(error.code)) onFault(error);
  return problemResponse(problemOf(error));
}
