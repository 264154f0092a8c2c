// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { SLSA_PREDICATES } from '../intoto/predicates.ts';
import { predicateObject, type Statement } from '../intoto/statement.ts';
import { readProvenanceV01 } from './provenance-v01.ts';
import { readProvenanceV02 } from './provenance-v02.ts';
import { readProvenanceV1 } from './provenance-v1.ts';
import type { SchemaProblem } from '../intoto/problem.ts';
import type { Provenance } from './model.ts';

export interface ParsedProvenance {
  readonly provenance: Provenance;
  readonly problems: readonly SchemaProblem[];
}

/**
 * Parses the predicate of a provenance statement, v0.1, v0.2 or v1.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where the predicate is no object or its type is not SLSA provenance
 * @see https://slsa.dev/spec/v1.0/provenance
 */
export function parseProvenance(statement: Statement): ParsedProvenance {
  const predicate = predicateObject(statement);
  const problems: SchemaProblem[] = [...statement.problems];
  switch (SLSA_PREDICATES.get(statement.predicateType)) {
    case 'v0.1':
      return { provenance: readProvenanceV01(predicate, problems), problems };
    case 'v0.2':
      return { provenance: readProvenanceV02(predicate, problems), problems };
    case 'v1':
      return { provenance: readProvenanceV1(predicate, problems), problems };
    default:
      throw new PedigreeError('ERR_PARSE_DOCUMENT', 'not SLSA provenance', {
        at: '/predicateType',
      });
  }
}
