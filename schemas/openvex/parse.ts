// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { arrayMember, isJsonObject, member } from '../../core/json.ts';
import { listAt, textAt, textOf, textsAt } from '../tool-report/members.ts';
import { placeOf } from '../tool-report/place.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { JsonDocument } from '../../core/json.ts';
import type { OpenVex, VexProduct, VexStatement } from './model.ts';

/**
 * Parses OpenVEX, 0.0.x (strings) and 0.2.0 (objects) alike.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where it has no statements
 * @see https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md
 */
export function parseOpenVex(json: JsonDocument): OpenVex {
  const root = json.value;
  const statements = arrayMember(root, 'statements');
  if (statements === undefined) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'VEX without statements');
  }
  const time = textAt(root, 'timestamp');
  return {
    context: textAt(root, '@context') ?? '',
    id: textAt(root, '@id'),
    author: textAt(root, 'author'),
    role: textAt(root, 'role'),
    version: placeOf(json).writtenAt('version'),
    time,
    lastUpdated: textAt(root, 'last_updated'),
    tooling: textAt(root, 'tooling'),
    statements: statementsOf(statements, time),
  };
}

function statementsOf(
  list: readonly JsonValue[],
  documentTime: string | undefined,
): readonly VexStatement[] {
  const statements: VexStatement[] = [];
  list.forEach((one, at) => {
    if (!isJsonObject(one)) return;
    const vulnerability = member(one, 'vulnerability');
    const pointer = `/statements/${at}`;
    statements.push({
      vulnerability: nameOf(vulnerability) ?? '',
      aliases: textsAt(vulnerability, 'aliases'),
      products: productsOf(one, pointer),
      status: textAt(one, 'status') ?? '',
      justification: textAt(one, 'justification'),
      impact: textAt(one, 'impact_statement'),
      action: textAt(one, 'action_statement'),
      time: textAt(one, 'timestamp') ?? documentTime,
      pointer,
    });
  });
  return statements;
}

function nameOf(vulnerability: unknown): string | undefined {
  return textOf(vulnerability) ?? textAt(vulnerability, 'name') ?? textAt(vulnerability, '@id');
}

/** 0.0.x lists subcomponents beside the products of a statement; they belong to each of them. */
function productsOf(statement: JsonValue, pointer: string): readonly VexProduct[] {
  const products: VexProduct[] = [];
  const shared = idsOf(listAt(statement, 'subcomponents'));
  const list = listAt(statement, 'products');
  for (let at = 0; at < list.length; at++) {
    const product = list[at];
    const component = componentOf(product);
    if (component === undefined) continue;
    const { id, purls, cpes, digests } = component;
    const own = idsOf(listAt(product, 'subcomponents'));
    const subcomponents = own.length === 0 ? shared : [...own, ...shared];
    const place = `${pointer}/products/${at}`;
    products.push({ id, purls, cpes, digests, subcomponents, pointer: place });
  }
  return products;
}

function idsOf(components: readonly JsonValue[]): readonly string[] {
  if (components.length === 0) return NOTHING;
  return components.flatMap((one) => componentOf(one)?.id ?? NOTHING);
}

/** What identifies a product or a subcomponent; undefined where nothing does. */
function componentOf(
  component: unknown,
): Pick<VexProduct, 'id' | 'purls' | 'cpes' | 'digests'> | undefined {
  const written = textOf(component) ?? textAt(component, '@id');
  const identifiers = member(component, 'identifiers');
  const purls = purlsOf(written, textAt(identifiers, 'purl'));
  const cpes = isJsonObject(identifiers)
    ? CPE_KEYS.flatMap((key) => textAt(identifiers, key) ?? NOTHING)
    : NOTHING;
  const digests = digestsOf(member(component, 'hashes'));
  const id = written ?? purls[0] ?? cpes[0] ?? digests[0]?.hex;
  return id === undefined ? undefined : { id, purls, cpes, digests };
}

function purlsOf(id: string | undefined, purl: string | undefined): readonly string[] {
  if (id?.startsWith('pkg:') !== true) return purl === undefined ? NOTHING : [purl];
  return purl === undefined || purl === id ? [id] : [id, purl];
}

function digestsOf(hashes: unknown): VexProduct['digests'] {
  if (!isJsonObject(hashes)) return NOTHING;
  return Object.keys(hashes).flatMap((algorithm) => {
    const hex = textAt(hashes, algorithm);
    return hex === undefined ? NOTHING : { algorithm, hex };
  });
}

const CPE_KEYS = ['cpe22', 'cpe23', '@cpe22', '@cpe23'];
const NOTHING: readonly never[] = [];
