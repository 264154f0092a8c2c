// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { excerpt } from '../../core/errors.ts';
import { parseJson, stringMember } from '../../core/json.ts';
import { SCHEMA_FORMATS } from './schema-formats.ts';
import { UniqueLists } from './unique-items.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { BomProblem } from './model.ts';

/** Whether a document keeps every rule of its version's own schema, and which it breaks. */
export interface SchemaConformance {
  readonly conformant: boolean;
  readonly problems: readonly BomProblem[];
}

/** 1.2 and 1.3 have a lax schema beside the strict one; the strict one is the rule. JSON begins with 1.2. */
const SCHEMA_FILES = new Map([
  ['1.2', 'bom-1.2-strict.SNAPSHOT.schema.json'],
  ['1.3', 'bom-1.3-strict.SNAPSHOT.schema.json'],
  ['1.4', 'bom-1.4.SNAPSHOT.schema.json'],
  ['1.5', 'bom-1.5.SNAPSHOT.schema.json'],
  ['1.6', 'bom-1.6.SNAPSHOT.schema.json'],
  ['1.7', 'bom-1.7.SNAPSHOT.schema.json'],
]);
const SHARED_SCHEMA_FILES = [
  'spdx.SNAPSHOT.schema.json',
  'jsf-0.82.SNAPSHOT.schema.json',
  'cryptography-defs.SNAPSHOT.schema.json',
];
const MAX_LISTED = 20;

const compiled = new Map<string, ValidateFunction>();
/** The lists of the document that is being checked; renewed for each, so that none leaves anything behind. */
let lists = new UniqueLists(null);

/**
 * Checks a document against the official strict JSON schema of the version that it names. Stops at the first fault (and
 * lists the alternatives that failed with it), so a hostile document cannot make it collect millions. Costs several times
 * what reading costs, and about a second the first time a version is seen: leave it out where only facts are wanted.
 * @returns not conformant, with the reason, where the version is missing or has no JSON schema
 * @see https://github.com/CycloneDX/specification/tree/master/schema
 */
export function checkCyclonedxConformance(root: JsonValue): SchemaConformance {
  const version = stringMember(root, 'specVersion');
  const file = version === undefined ? undefined : SCHEMA_FILES.get(version);
  if (version === undefined || file === undefined) {
    const named = version === undefined ? 'no specVersion' : `specVersion "${excerpt(version)}"`;
    return failed([{ code: 'schema:specVersion', pointer: '/specVersion', message: named }]);
  }
  const check = schemaOf(version, file);
  lists = new UniqueLists(root);
  const isConformant = check(root);
  lists = new UniqueLists(null);
  if (isConformant) return { conformant: true, problems: [] };
  return failed((check.errors ?? []).slice(0, MAX_LISTED).map(toProblem));
}

function failed(problems: readonly BomProblem[]): SchemaConformance {
  return { conformant: false, problems };
}

function schemaOf(version: string, file: string): ValidateFunction {
  const known = compiled.get(version);
  if (known !== undefined) return known;
  const ajv = createAjv();
  for (const shared of SHARED_SCHEMA_FILES) ajv.addSchema(readSchema(shared));
  const check = ajv.compile(readSchema(file));
  compiled.set(version, check);
  return check;
}

function createAjv(): Ajv {
  // draft 7 ignores what stands beside $ref (draft-handrews-json-schema-01 section 8.3)
  const ajv = new Ajv({
    strict: false,
    ignoreKeywordsWithRef: true,
    ownProperties: true,
    formats: SCHEMA_FORMATS,
    logger: false,
  });
  // the stock keyword compares every item with every other
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (
      wanted: boolean,
      items: readonly unknown[],
      _schema?: unknown,
      place?: { readonly instancePath: string },
    ) => !wanted || !lists.hasRepeatedItem(items, place?.instancePath ?? ''),
  });
  return ajv;
}

/** The schemas name each other by file name, and resolve against their own `$id`. */
function readSchema(file: string): JsonObject {
  const folder = dirname(
    createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json'),
  );
  const bytes = new Uint8Array(readFileSync(join(folder, 'res', 'schema', file)));
  const schema = parseJson(bytes).value as JsonObject;
  return { ...schema, $id: `http://cyclonedx.org/schema/${file}` };
}

function toProblem(error: ErrorObject): BomProblem {
  const detail = JSON.stringify(error.params);
  return {
    code: `schema:${error.keyword}`,
    pointer: error.instancePath,
    message: excerpt(`${error.message ?? error.keyword} ${detail === '{}' ? '' : detail}`, 160),
  };
}
