// SPDX-License-Identifier: Apache-2.0
import { hexOf } from '../../../core/digest.ts';
import { kindsOfFileName } from '../../../schemas/file-kind.ts';
import { deploymentRef, parseDeployment } from '../../../schemas/statements/deployment.ts';
import type { FormatReader } from '../extractor.ts';
import { FactsBuilder } from '../facts-builder.ts';
import { finishReading, jsonOf } from '../reading.ts';
import { addArtefact } from './artefact-entity.ts';

/** Something runs somewhere: a Deployment and what it deploys. */
export const deploymentReader: FormatReader = {
  formats: ['pedigree-deployment'],
  extractor: 'pedigree-deployment/1',
  read(decoded, detected, context) {
    const { artefact: subject, ...placement } = parseDeployment(jsonOf(decoded));
    const builder = new FactsBuilder(context.digest);
    const about = builder.entity({
      kinds: ['Deployment'],
      pointer: '/predicate',
      names: [`${placement.environment}/${placement.service}`],
      coordinates: [deploymentRef(placement, hexOf(context.digest))],
    });
    const kinds = kindsOfFileName(subject.name ?? '');
    const artefact = addArtefact(builder, subject, kinds, '/subject/0');
    builder.subject(artefact);
    builder.edge(about, 'deploys', artefact, '/subject/0');
    builder.claim({ type: 'placement', about, artefact, ...placement, pointer: '/predicate' });
    return finishReading(builder, { detected, statementKind: 'deployment' }, context, []);
  },
};
