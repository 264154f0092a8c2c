// SPDX-License-Identifier: Apache-2.0
import type { Hono } from 'hono';
import { PedigreeError } from '../../core/errors.ts';
import { KINDS } from '../../graph/domain/kinds.ts';
import type { AppEnv, Shared } from '../env.ts';
import { EXPORT_DIRECTIONS } from '../export/projection.ts';
import { blastRadiusJson, lineageJson, pathJson, trainedOnJson } from '../service/answers.ts';
import { DOCUMENT_STANDINGS, listDocuments, listDocumentsOf } from '../service/documents.ts';
import { EXPORT_FORMATS, exportJson, exportLineage } from '../service/exports.ts';
import { describeEntity, itemOfEntity, listEntities } from '../service/entities.ts';
import type { Page } from '../service/page.ts';
import { listDecisions, listRevocations } from '../service/records.ts';
import { Query } from './query.ts';

const PAGE = ['first', 'after'];
const SCOPE = ['asOf', 'minClass'];
const ENTITY_NAMES = 500;

/** What may be asked; nothing here changes state. */
export function addQuestions(app: Hono<AppEnv>, { pedigree, log }: Shared): void {
  app.get('/entities', async (c) => {
    const query = new Query(c, ['q', 'kind', 'asOf', ...PAGE]);
    const text = query.find('q');
    const kind = query.findOneOf('kind', KINDS);
    const page = query.page();
    const filter = {
      ...(text === undefined ? {} : { query: text }),
      ...(kind === undefined ? {} : { kind }),
    };
    return c.json(pageJson(listEntities(await pedigree.view(query.question()), filter, page)));
  });

  app.get('/entities/:ref', async (c) => {
    const query = new Query(c, ['asOf', ...PAGE]);
    const page = query.page();
    const options = query.question();
    const nodes = await pedigree.resolve(c.req.param('ref'), options);
    const view = await pedigree.view(options);
    const [node] = nodes;
    if (node === undefined)
      throw new PedigreeError('ERR_NOT_FOUND', 'nothing is known by this ref');
    return c.json({
      ...describeEntity(view, node, ENTITY_NAMES),
      item: itemOfEntity(view, node),
      documents: pageJson(listDocumentsOf(view, node, page)),
    });
  });

  app.get('/lineage', async (c) => {
    const query = new Query(c, ['ref', 'direction', ...SCOPE]);
    const direction = query.findOneOf('direction', ['up', 'down']) ?? 'up';
    return c.json(
      lineageJson(await pedigree.lineage(query.get('ref'), direction, query.question())),
    );
  });

  app.get('/export', async (c) => {
    const query = new Query(c, ['ref', 'format', 'direction', ...SCOPE]);
    const format = query.findOneOf('format', EXPORT_FORMATS);
    if (format === undefined) throw new PedigreeError('ERR_USAGE', 'format is missing');
    const direction = query.findOneOf('direction', EXPORT_DIRECTIONS) ?? 'up';
    const request = { ref: query.get('ref'), format, direction, question: query.question() };
    const exported = await exportLineage(pedigree, (index) => log.prove(index), request);
    return c.json(exportJson(format, exported));
  });

  app.get('/models-trained-on', async (c) => {
    const query = new Query(c, ['dataset', ...SCOPE]);
    return c.json(
      trainedOnJson(await pedigree.modelsTrainedOn(query.get('dataset'), query.question())),
    );
  });

  app.get('/blast-radius', async (c) => {
    const query = new Query(c, ['ref', ...SCOPE]);
    return c.json(
      blastRadiusJson(await pedigree.blastRadius(query.getAll('ref'), query.question())),
    );
  });

  app.get('/path', async (c) => {
    const query = new Query(c, ['from', 'to', ...SCOPE]);
    return c.json(
      pathJson(await pedigree.path(query.get('from'), query.get('to'), query.question())),
    );
  });

  app.get('/documents', async (c) => {
    const query = new Query(c, ['standing', 'asOf', ...PAGE]);
    const standing = query.findOneOf('standing', DOCUMENT_STANDINGS);
    const page = query.page();
    const view = await pedigree.view(query.question());
    return c.json(pageJson(listDocuments(view, standing === undefined ? {} : { standing }, page)));
  });

  app.get('/revocations', async (c) => {
    const query = new Query(c, ['asOf', ...PAGE]);
    const page = query.page();
    return c.json(pageJson(listRevocations(await pedigree.view(query.question()), page)));
  });

  app.get('/decisions', async (c) => {
    const query = new Query(c, ['asOf', ...PAGE]);
    const page = query.page();
    return c.json(pageJson(listDecisions(await pedigree.view(query.question()), page)));
  });
}

/** A page as JSON: `next` is the cursor to go on with, null at the end. */
function pageJson<T>({ items, hasNext, total }: Page<T>): {
  items: T[];
  next: string | null;
  total: number;
} {
  return {
    items: items.map(({ node }) => node),
    next: hasNext ? (items.at(-1)?.cursor ?? null) : null,
    total,
  };
}
