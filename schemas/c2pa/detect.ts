// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../core/json.ts';
import { headOf } from '../../core/stored-bytes.ts';
import type { Decoded, Detected } from '../decoded.ts';
import { peekBoxType } from './jumbf.ts';
import { STORE_TYPE } from './parse-store.ts';

/** Where the type of the description stands in a store: after the headers of the superbox and of the description. */
const TYPE_AT = 16;

/** Recognises a C2PA manifest store (a `.c2pa` sidecar) and what C2PA tools print of one. */
export function detectC2pa(decoded: Decoded): Detected | undefined {
  if (decoded.kind === 'json') {
    const { value } = decoded.json;
    const isExport =
      stringMember(value, 'active_manifest') !== undefined &&
      isJsonObject(member(value, 'manifests'));
    return isExport ? { format: 'c2pa-json', version: null } : undefined;
  }
  const head = headOf(decoded.bytes, TYPE_AT + 16);
  if (peekBoxType(head) !== 'jumb') return undefined;
  const type = Buffer.from(head.subarray(TYPE_AT)).toString('hex');
  return type === STORE_TYPE ? { format: 'c2pa', version: null } : undefined;
}
