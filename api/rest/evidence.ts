// SPDX-License-Identifier: Apache-2.0
import type { Hono } from 'hono';
import { hexOf } from '../../core/digest.ts';
import { PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import type { AppEnv, Shared } from '../env.ts';
import { withBody } from '../http/body.ts';
import { getEvidence, ingestUpload, uploadResult } from '../service/evidence.ts';
import { documentDigest, projectName } from '../service/refs.ts';
import { assertNoQuery, Query } from './query.ts';

const UPLOAD_STATUS = { stored: 201, waiting: 202, refused: 422 } as const;

/** Documents in, and their bytes out. */
export function addEvidence(app: Hono<AppEnv>, { pedigree, bodies, project }: Shared): void {
  app.post('/evidence', async (c) => {
    const query = new Query(c, ['project', 'source', 'subject']);
    const named = projectName(query.find('project'), project);
    const subject = query.find('subject');
    const source = query.find('source') ?? 'upload';
    const outcomes = await withBody(c, bodies, LIMITS.bodyBytes, (bytes) => {
      if (bytes.length === 0) throw new PedigreeError('ERR_USAGE', 'the body is empty');
      return ingestUpload(pedigree, {
        project: named,
        source,
        bytes,
        ...(subject === undefined ? {} : { subject }),
      });
    });
    return c.json(outcomes, UPLOAD_STATUS[uploadResult(outcomes)]);
  });

  app.get('/evidence/:digest', async (c) => {
    assertNoQuery(c);
    const digest = documentDigest(c.req.param('digest'));
    const bytes = await getEvidence(pedigree, digest);
    // whatever it is, it is handed over as bytes and never shown
    return c.body(new Uint8Array(bytes), 200, {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${hexOf(digest)}.bin"`,
      'x-content-type-options': 'nosniff',
    });
  });
}
