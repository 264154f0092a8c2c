// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../../core/errors.ts';
import { loadAll, type DocumentBytes } from '../../../core/stored-bytes.ts';
import { decode } from '../../../schemas/decoded.ts';
import type { JsonValue } from '../../../core/canonical-json-jcs.ts';
import type { Problem } from '../../../graph/domain/facts.ts';
import type { JsonDocument } from '../../../core/json.ts';

/**
 * The JSON document of some bytes.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where they are no JSON
 */
export function jsonDocumentOf({ bytes }: { readonly bytes: DocumentBytes }): JsonDocument {
  const decoded = decode(bytes);
  if (decoded.kind === 'json') return decoded.json;
  throw new PedigreeError('ERR_PARSE_DOCUMENT', 'the bytes are no JSON');
}

/**
 * The JSON value of some bytes.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where they are no JSON
 */
export function jsonOf(document: { readonly bytes: DocumentBytes }): JsonValue {
  return jsonDocumentOf(document).value;
}

export function textOf({ bytes }: { readonly bytes: DocumentBytes }): string {
  return new TextDecoder().decode(loadAll(bytes));
}

/**
 * The rule that the manifest names, where a listed problem breaks it (at the place it names, if any); else the rules that
 * are broken.
 */
export function ruleBroken(problems: readonly Problem[], wanted: unknown, at?: unknown): unknown {
  const isThere = problems.some(
    ({ code, pointer }) => code === wanted && (at === undefined || pointer === at),
  );
  return isThere ? wanted : problems.slice(0, 5).map(({ code, pointer }) => `${code} ${pointer}`);
}
