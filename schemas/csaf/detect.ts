// SPDX-License-Identifier: Apache-2.0
import { member, stringMember } from '../../core/json.ts';
import { jsonObject } from '../tool-report/adapter.ts';
import type { Decoded, Detected } from '../decoded.ts';

/** Recognises CSAF by the version that its document names. */
export function detectCsaf(decoded: Decoded): Detected | undefined {
  const document = member(jsonObject(decoded), 'document');
  const version = stringMember(document, 'csaf_version');
  return version === undefined ? undefined : { format: 'csaf', version };
}
