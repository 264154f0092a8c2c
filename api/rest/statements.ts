// SPDX-License-Identifier: Apache-2.0
import type { Hono } from 'hono';
import type { AppEnv, Shared } from '../env.ts';
import { readJsonBody } from '../http/body.ts';
import { decisionJson } from '../service/answers.ts';
import { requestRetraction, requestRevocation, requestVerification } from '../service/requests.ts';
import { assertNoQuery } from './query.ts';

/** What the local owner may say, and what the gate may be asked: each is logged. */
export function addStatements(app: Hono<AppEnv>, { pedigree, bodies, project }: Shared): void {
  app.post('/revocations', async (c) => {
    assertNoQuery(c);
    const { value } = await readJsonBody(c, bodies);
    return c.json(await requestRevocation(pedigree, value, project), 201);
  });

  for (const [path, type] of [
    ['/retractions', 'retracted'],
    ['/reinstatements', 'reinstated'],
  ] as const) {
    app.post(path, async (c) => {
      assertNoQuery(c);
      const { value } = await readJsonBody(c, bodies);
      return c.json(await requestRetraction(pedigree, value, type, project), 201);
    });
  }

  app.post('/verify', async (c) => {
    assertNoQuery(c);
    const { value } = await readJsonBody(c, bodies);
    return c.json(decisionJson(await requestVerification(pedigree, value, project)));
  });
}
