// SPDX-License-Identifier: Apache-2.0
import { lexicographicSortSchema, printSchema } from 'graphql';
import { builder } from './builder.ts';
import './types/blast-radius.ts';
import './types/decision.ts';
import './types/document.ts';
import './types/entity.ts';
import './types/evidence.ts';
import './types/lineage.ts';
import './types/log.ts';
import './types/path.ts';
import './types/revocation.ts';
import './types/trained-on.ts';

/** The executable schema: the builder with the parts of all types. */
export const schema = builder.toSchema();

/** The schema as text; kept in schema.graphql, so that a change of the API shows in a diff. */
export function printSdl(): string {
  return `# SPDX-License-Identifier: Apache-2.0\n# Printed from the code; test/api/schema.test.ts writes it anew with -u\n\n${printSchema(lexicographicSortSchema(schema))}\n`;
}
