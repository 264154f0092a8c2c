// SPDX-License-Identifier: Apache-2.0
import type { Hono } from 'hono';
import { PedigreeError } from '../../core/errors.ts';
import type { AppEnv, Shared } from '../env.ts';
import { assertNoQuery, parseCount } from './query.ts';

const TILE = /\/log\/(tile\/.*)$/;

/** Where the log stands, and everything that lets an outsider check it. */
export function addLog(app: Hono<AppEnv>, { pedigree, log }: Shared): void {
  app.get('/health', async (c) => {
    assertNoQuery(c);
    // throws where the store cannot be asked: a problem with status 503
    await pedigree.ledger.refresh();
    const { ledger } = pedigree;
    const head = { size: ledger.head.size, root: ledger.root };
    return c.json({ status: 'ok', store: ledger.store.name, head });
  });

  app.get('/head', async (c) => {
    assertNoQuery(c);
    await pedigree.ledger.refresh();
    return c.json(pedigree.head());
  });

  app.get('/log/checkpoint', async (c) => {
    assertNoQuery(c);
    return c.body(await log.checkpoint(), 200, { 'content-type': 'text/plain; charset=utf-8' });
  });

  app.get('/log/entries/:index/proof', async (c) => {
    assertNoQuery(c);
    return c.json(await log.prove(parseCount('the index', c.req.param('index'))));
  });

  app.get('/log/tile/*', (c) => {
    assertNoQuery(c);
    const [, path = ''] = TILE.exec(c.req.path) ?? [];
    const bytes = log.tile(path);
    if (bytes === undefined) throw new PedigreeError('ERR_NOT_FOUND', 'there is no such tile');
    return c.body(new Uint8Array(bytes), 200, { 'content-type': 'application/octet-stream' });
  });
}
