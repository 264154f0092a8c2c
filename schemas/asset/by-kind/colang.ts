// SPDX-License-Identifier: Apache-2.0
import { textOf } from '../../tool-report/read.ts';
import type { AssetAdapter } from '../adapter.ts';

/** Colang: the flows of a guardrail (`.co`). @see https://docs.nvidia.com/nemo/guardrails/colang-language-syntax-guide.html */
export const colang: AssetAdapter = {
  format: 'colang',
  detect(decoded) {
    if (decoded.kind !== 'text' || decoded.text.length > MAX_CHARS) return undefined;
    if (V1.test(decoded.text)) return '1.0';
    return V2.test(decoded.text) && /^ {1,8}(?:user|bot) (?:said|say)\b/m.test(decoded.text)
      ? '2.x'
      : undefined;
  },
  parse(decoded) {
    const definitions = [...textOf(decoded).matchAll(DEFINITION)];
    const count = (word: string): string =>
      String(definitions.filter(([, found]) => found === word).length);
    return {
      kind: 'Config',
      mentions: [],
      attributes: { flows: count('flow'), userMessages: count('user'), botMessages: count('bot') },
    };
  },
};

const MAX_CHARS = 1024 * 1024;
const V1 = /^define (?:flow|user|bot|subflow)\b[^\n]{0,200}\r?$/m;
const V2 = /^flow [a-z][\w $"-]{0,200}\r?$/m;
const DEFINITION = /^(?:define )?(flow|user|bot)\b[^\n]{0,200}\r?$/gm;
