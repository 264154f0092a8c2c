// SPDX-License-Identifier: Apache-2.0
import { childrenNamed, findChild, type XmlElement } from '../../xml/element.ts';
import { parseXml } from '../../xml/parse.ts';
import { peekXmlRoot } from '../../xml/peek-root.ts';
import { textOf } from '../../tool-report/read.ts';
import type { AssetAdapter } from '../adapter.ts';

/** Guardrails AI: a RAIL specification, the shape that an answer must have and the checks on it. @see https://guardrailsai.com/docs */
export const guardrailsRail: AssetAdapter = {
  format: 'guardrails-rail',
  detect(decoded) {
    const root = decoded.kind === 'text' ? peekXmlRoot(decoded.text) : undefined;
    const version = root?.attributes.get('version');
    return root?.name === 'rail' && root.namespace === '' ? (version ?? null) : undefined;
  },
  parse(decoded) {
    const root = parseXml(textOf(decoded));
    const checks = childrenOf(findChild(root, 'output')).flatMap(({ attributes }) => {
      const written = attributes.get('validators') ?? attributes.get('format') ?? '';
      return written === '' ? [] : [written];
    });
    const prompts = ['prompt', 'instructions', 'messages'].filter(
      (name) => childrenNamed(root, name).length > 0,
    );
    return {
      kind: 'Config',
      mentions: [],
      attributes: { checks: checks.join('; '), prompts: prompts.join(', ') },
    };
  },
};

function childrenOf(element: XmlElement | undefined): readonly XmlElement[] {
  const found: XmlElement[] = [];
  const pending = element === undefined ? [] : [element];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    found.push(at);
    pending.push(...at.children);
  }
  return found;
}
