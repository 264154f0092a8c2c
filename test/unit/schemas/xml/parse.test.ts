// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPedigreeError, type ErrorCode } from '../../../../core/errors.ts';
import { childrenNamed, findChild, pathOf } from '../../../../schemas/xml/element.ts';
import { XML_LIMITS } from '../../../../core/limits.ts';
import { parseXml } from '../../../../schemas/xml/parse.ts';
import { peekXmlRoot } from '../../../../schemas/xml/peek-root.ts';

/** The code by which a text is refused; undefined where it is read. Anything but a PedigreeError is thrown on. */
function refusal(text: string): ErrorCode | undefined {
  try {
    parseXml(text);
    return undefined;
  } catch (error) {
    if (isPedigreeError(error)) return error.code;
    throw error;
  }
}

describe('an XML tree', () => {
  const root = parseXml(
    '<?xml version="1.0"?>\n<!-- c --><a xmlns="urn:a" xmlns:b="urn:b" x="1" b:x="2">\n' +
      't<b:c>1&lt;2</b:c>u<!-- c --><c><![CDATA[<&]]></c><?pi?>\n<c/></a>',
  );

  test('has namespaces, attributes by name, own text, positions and lines', () => {
    expect([root.name, root.namespace]).toEqual(['a', 'urn:a']);
    expect([...root.attributes]).toEqual([
      ['x', '1'],
      ['{urn:b}x', '2'],
    ]);
    expect(root.children.map(({ namespace, text, line }) => [namespace, text, line])).toEqual([
      ['urn:b', '1<2', 3],
      ['urn:a', '<&', 3],
      ['urn:a', '', 4],
    ]);
    expect(root.text.trim()).toBe('tu');
    expect(root.children.map(pathOf)).toEqual(['/a/c', '/a/c[2]', '/a/c[3]']);
    expect(findChild(root, 'c')?.namespace).toBe('urn:b');
    expect(childrenNamed(root, 'c')).toHaveLength(3);
    expect(findChild(undefined, 'c')).toBeUndefined();
  });

  test('names like those of an object’s own machinery are only names', () => {
    const odd = parseXml(
      '<constructor xmlns:__proto__="urn:p" __proto__:toString="1" __proto__="2"/>',
    );
    expect([...odd.attributes]).toEqual([
      ['{urn:p}toString', '1'],
      ['__proto__', '2'],
    ]);
    expect(odd.name).toBe('constructor');
  });
});

describe('XML that is refused', () => {
  const laughs = ['<!DOCTYPE l [<!ENTITY a "ha">'];
  for (let at = 0; at < 20; at++) laughs.push(`<!ENTITY b${at} "${'&a;'.repeat(10)}">`);

  test.each<[string, string, ErrorCode]>([
    [
      'an external entity',
      '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
      'ERR_PARSE_XML',
    ],
    [
      'a parameter entity',
      '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://h/x.dtd"> %x;]><a/>',
      'ERR_PARSE_XML',
    ],
    ['an external subset', '<!DOCTYPE a SYSTEM "http://h/x.dtd"><a/>', 'ERR_PARSE_XML'],
    ['entities of entities', `${laughs.join('')}]><l>&b19;</l>`, 'ERR_PARSE_XML'],
    ['a document type without a use', '<!DOCTYPE a><a/>', 'ERR_PARSE_XML'],
    ['an entity that is none of the five', '<a>&nbsp;</a>', 'ERR_PARSE_XML'],
    ['an entity named like an inherited member', '<a>&toString;</a>', 'ERR_PARSE_XML'],
    ['a character that XML does not have', '<a>&#0;</a>', 'ERR_PARSE_XML'],
    ['a prefix that nothing declares', '<x:a/>', 'ERR_PARSE_XML'],
    ['an attribute written twice', '<a x="1" x="2"/>', 'ERR_PARSE_XML'],
    [
      'one attribute under two prefixes',
      '<a xmlns:p="u" xmlns:q="u" p:x="1" q:x="2"/>',
      'ERR_PARSE_XML',
    ],
    ['an open element', '<a><b></a>', 'ERR_PARSE_XML'],
    ['the end of the text inside of an element', '<a>', 'ERR_PARSE_XML'],
    ['a second root', '<a/><b/>', 'ERR_PARSE_XML'],
    ['text behind the root', '<a/>x', 'ERR_PARSE_XML'],
    ['no element', '<?xml version="1.0"?>', 'ERR_PARSE_XML'],
    ['nothing', '', 'ERR_PARSE_XML'],
    ['deep nesting', '<a>'.repeat(XML_LIMITS.depth + 1), 'ERR_PARSE_DEPTH'],
    ['many attributes', `<a ${attributes(XML_LIMITS.attributes + 1)}/>`, 'ERR_LIMIT_ITEMS'],
  ])('%s', (_name, text, code) => {
    expect(refusal(text)).toBe(code);
  });

  test('as deep and with as many attributes as is allowed is read', () => {
    const { depth, attributes: most } = XML_LIMITS;
    expect(refusal('<a>'.repeat(depth) + '</a>'.repeat(depth))).toBeUndefined();
    expect(refusal(`<a ${attributes(most)}/>`)).toBeUndefined();
  });

  test('the line of the fault is named', () => {
    try {
      parseXml('<a>\n\n&x;</a>');
      expect.unreachable();
    } catch (error) {
      expect(isPedigreeError(error) && error.line).toBe(3);
    }
  });

  test('any text, and any piece of a good text', () => {
    const good = '<?xml version="1.0"?><a xmlns="u" b="c">&amp;<![CDATA[x]]><d/><!-- e --></a>';
    const piece = fc.integer({ min: 0, max: good.length - 1 }).map((end) => good.slice(0, end));
    const pieces = fc.array(
      fc.constantFrom('<', '>', '/', '<a', '&', ';', '!', '[', ']', '-', '"', '=', ' '),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          piece,
          fc.string(),
          pieces.map((parts) => parts.join('')),
        ),
        (text) => {
          const code = refusal(text);
          if (text !== good && good.startsWith(text)) expect(code).toBe('ERR_PARSE_XML');
          expect(code === undefined || code === 'ERR_PARSE_XML').toBe(true);
        },
      ),
    );
  });
});

describe('a glance at the root', () => {
  test('names it, its attributes and its first child', () => {
    const root = peekXmlRoot(
      '<?xml version="1.0"?><!-- c --><p:a xmlns:p="u" x="1"><p:b/><c/></p:a>',
    );
    expect(root?.name).toBe('a');
    expect(root?.namespace).toBe('u');
    expect(root?.attributes.get('x')).toBe('1');
    expect(root?.firstChild).toEqual({ name: 'b', namespace: 'u' });
  });

  test('sees it behind a document type, and in a text that breaks off', () => {
    expect(peekXmlRoot('<!DOCTYPE a [<!ENTITY x "y">]><a>')?.name).toBe('a');
    expect(peekXmlRoot('<a><b')?.firstChild).toBeUndefined();
  });

  test.each(['', 'text', '<', '<<a/>', '< a/>', '# heading\n<a/>', '&lt;a/>', '<x:a/>'])(
    'sees none in %j',
    (text) => {
      expect(peekXmlRoot(text)).toBeUndefined();
    },
  );

  test('gives up on a long prolog', () => {
    expect(peekXmlRoot(`<!--${' '.repeat(XML_LIMITS.peekChars)}--><a/>`)).toBeUndefined();
  });
});

function attributes(count: number): string {
  return Array.from({ length: count }, (_, at) => `a${at}=""`).join(' ');
}
