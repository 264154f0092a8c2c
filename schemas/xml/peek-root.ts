// SPDX-License-Identifier: Apache-2.0
import { XML_LIMITS } from '../../core/limits.ts';
import { createParser } from './parse.ts';

/** What the start tag of a document's root element says. */
export interface XmlRoot {
  readonly name: string;
  readonly namespace: string;
  /** Attributes without namespace, by name. */
  readonly attributes: ReadonlyMap<string, string>;
  /** The first child element, where it begins within what was read. */
  readonly firstChild: { readonly name: string; readonly namespace: string } | undefined;
}

/**
 * The root of an XML text, from its first characters, for detection. A document type declaration does not hide it: such a
 * document is recognised here and refused by `parseXml`.
 * @returns undefined where the text does not begin like XML, or its prolog is very long
 */
export function peekXmlRoot(text: string): XmlRoot | undefined {
  if (!/^\s*</.test(text.slice(0, 1024))) return undefined;
  const parser = createParser();
  let root: XmlRoot | undefined;
  parser.on('error', stop);
  parser.on('opentag', ({ local, uri, attributes }) => {
    if (root !== undefined) {
      root = { ...root, firstChild: { name: local, namespace: uri } };
      stop();
    }
    const plain = Object.values(attributes).filter((attribute) => attribute.prefix === '');
    root = {
      name: local,
      namespace: uri,
      attributes: new Map(plain.map((attribute) => [attribute.local, attribute.value])),
      firstChild: undefined,
    };
  });
  try {
    parser.write(text.slice(0, XML_LIMITS.peekChars));
  } catch (error) {
    if (error !== STOP) throw error;
  }
  return root;
}

const STOP = new Error('enough was read');

function stop(): never {
  throw STOP;
}
