// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isPedigreeError } from '../../../../core/errors.ts';
import { parseXml } from '../../../../schemas/xml/parse.ts';
import { checkXsd } from '../../../../schemas/xml/xsd/check.ts';
import { compileXsd } from '../../../../schemas/xml/xsd/compile.ts';
import { compilePattern } from '../../../../schemas/xml/xsd/simple-types.ts';
import type { ElementDeclaration, Particle } from '../../../../schemas/xml/xsd/model.ts';

const XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t" xmlns:t="urn:t"';

/** Rules that a document breaks under a schema with one element `r` of the given type. */
function broken(type: string, document: string, definitions = ''): string[] {
  const schema = parseXml(
    `<xs:schema ${XS}>${definitions}<xs:element name="r">${type}</xs:element></xs:schema>`,
  );
  return checkXsd(compileXsd(schema, []), parseXml(document)).map(
    ({ rule, pointer }) => `${rule} ${pointer}`,
  );
}

const complex = (content: string): string => `<xs:complexType>${content}</xs:complexType>`;
const r = (inside: string, attributes = ''): string =>
  `<r xmlns="urn:t" ${attributes}>${inside}</r>`;

describe('content models', () => {
  const ab = complex(
    '<xs:sequence><xs:element name="a" type="xs:string" minOccurs="0"/>' +
      '<xs:element name="b" type="xs:integer" maxOccurs="2"/>' +
      '<xs:any namespace="##other" processContents="lax" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>',
  );

  test.each([
    ['<a/><b>1</b>', []],
    ['<b>1</b><b> 2 </b><x xmlns="urn:x"/><x xmlns="urn:x"><y/></x>', []],
    ['', ['cvc-complex-type.2.4 /r']],
    ['<a/>', ['cvc-complex-type.2.4 /r']],
    ['<b>1</b><a/>', ['cvc-complex-type.2.4 /r/a']],
    ['<b>1</b><b>1</b><b>1</b>', ['cvc-complex-type.2.4 /r/b[3]']],
    ['<b>x</b>', ['cvc-datatype-valid.1.2.1 /r/b']],
    ['<b>1</b><x xmlns=""/>', ['cvc-complex-type.2.4 /r/x']],
    ['<b>1</b>text', ['cvc-complex-type.2.3 /r']],
    ['<b>1<a/></b>', ['cvc-type.3.1.2 /r/b/a']],
    ['<b y="1">1</b>', ['cvc-type.3.1.1 /r/b/@y']],
  ])('a sequence takes %j: %j', (inside, rules) => {
    expect(broken(ab, r(inside))).toEqual(rules);
  });

  const choice = complex(
    '<xs:choice maxOccurs="unbounded"><xs:element name="a" minOccurs="0" type="xs:token"/>' +
      '<xs:sequence><xs:element name="b" type="xs:token"/><xs:element name="c" type="xs:token"/></xs:sequence></xs:choice>',
  );

  test.each([
    ['', []],
    ['<a/><b/><c/><a/>', []],
    ['<b/>', ['cvc-complex-type.2.4 /r']],
    ['<b/><a/>', ['cvc-complex-type.2.4 /r/a']],
    ['<c/>', ['cvc-complex-type.2.4 /r/c']],
  ])('a choice takes %j: %j', (inside, rules) => {
    expect(broken(choice, r(inside))).toEqual(rules);
  });

  test('the root has to be the schema’s own', () => {
    expect(broken(ab, '<r/>')).toEqual(['cvc-elt.1 /r']);
    expect(broken(ab, '<q xmlns="urn:t"/>')).toEqual(['cvc-elt.1 /q']);
  });

  test('at most twenty faults are listed', () => {
    const many = complex(
      '<xs:sequence><xs:element name="a" type="xs:date" maxOccurs="unbounded"/></xs:sequence>',
    );
    expect(broken(many, r('<a/>'.repeat(100)))).toHaveLength(20);
  });
});

describe('attributes and identities', () => {
  const type = complex(
    '<xs:sequence><xs:any namespace="##any" processContents="lax" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>' +
      '<xs:attribute name="q" use="required" type="t:q"/><xs:anyAttribute namespace="##other" processContents="lax"/>',
  );
  const unique =
    '<xs:unique name="u"><xs:selector xpath=".//*"/><xs:field xpath="@id"/></xs:unique>';
  const q =
    '<xs:simpleType name="q"><xs:restriction base="xs:string"><xs:enumeration value="1"/><xs:enumeration value="2"/></xs:restriction></xs:simpleType>';

  test.each([
    ['q="1"', '', []],
    ['q="2" xmlns:o="urn:o" o:z="1"', '', []],
    [
      'q="1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b"',
      '',
      [],
    ],
    ['', '', ['cvc-complex-type.4 /r']],
    ['q=" 1"', '', ['cvc-enumeration-valid /r/@q']],
    ['q="1" z="1"', '', ['cvc-complex-type.3.2.2 /r/@z']],
    ['q="1" xmlns:t="urn:t" t:z="1"', '', ['cvc-complex-type.3.2.2 /r/@{urn:t}z']],
    [
      'q="1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="t:x"',
      '',
      ['not-supported /r'],
    ],
    ['q="1"', '<x id="1"/><x><y id="1"/></x>', ['cvc-identity-constraint.4.1 /r/x[2]/y/@id']],
    ['q="1"', '<x id="1"/><x id="2"/>', []],
  ])('%s %s: %j', (attributes, inside, rules) => {
    expect(broken(type + unique, r(inside, attributes), q)).toEqual(rules);
  });
});

describe('simple types', () => {
  const restricted = (base: string, facets: string): string =>
    `<xs:simpleType><xs:restriction base="xs:${base}">${facets}</xs:restriction></xs:simpleType>`;

  test.each([
    ['dateTime', '', '2024-02-29T23:59:59.5Z', true],
    ['dateTime', '', '2024-01-01T00:00:00', true],
    ['dateTime', '', '2023-02-29T00:00:00Z', false],
    ['dateTime', '', '2020-04-07', false],
    ['dateTime', '', '2020-04-07T25:00:00Z', false],
    ['date', '', '1900-02-28', true],
    ['date', '', '1900-02-29', false],
    ['boolean', '', ' true ', true],
    ['boolean', '', 'TRUE', false],
    ['integer', '', '-12', true],
    ['integer', '', '1.0', false],
    ['nonNegativeInteger', '', '-1', false],
    ['positiveInteger', '', '0', false],
    ['positiveInteger', '', '010', true],
    ['decimal', '<xs:minInclusive value="0"/><xs:maxInclusive value="1"/>', '0.5', true],
    ['decimal', '<xs:minInclusive value="0"/><xs:maxInclusive value="1"/>', '1.1', false],
    ['decimal', '', '1e5', false],
    ['string', '<xs:minLength value="1"/><xs:maxLength value="2"/>', '', false],
    ['string', '<xs:minLength value="1"/><xs:maxLength value="2"/>', '😀', true],
    ['string', '<xs:minLength value="1"/><xs:maxLength value="2"/>', 'abc', false],
    ['string', '<xs:pattern value="[a-z]+"/>', 'abc', true],
    ['string', '<xs:pattern value="a|b"/>', 'ab', false],
    ['token', '<xs:pattern value="[a-z]+"/>', ' abc ', true],
  ])('xs:%s %s takes %j: %s', (base, facets, text, isValid) => {
    expect(broken(restricted(base, facets), r(text)).length === 0).toBe(isValid);
  });

  test('a union takes what one of its members takes', () => {
    const union = '<xs:simpleType><xs:union memberTypes="xs:integer xs:boolean"/></xs:simpleType>';
    expect(broken(union, r('12'))).toEqual([]);
    expect(broken(union, r('true'))).toEqual([]);
    expect(broken(union, r('x'))).toEqual(['cvc-datatype-valid.1.2.3 /r']);
  });

  test('the ambiguous pattern of the official schema still takes what it took, and does not explode', () => {
    const part = String.raw`(((\?*|\*?)([a-z])+(\?*|\*?))|\*)`;
    const slow = new RegExp(`^(?:${part})$`);
    const fast = compilePattern(part);
    for (const text of ['', 'a', '?a', '??a?', '*a*', '*', 'a??', '**a', '?*a', 'a?*', 'ab']) {
      expect(fast.test(text)).toBe(slow.test(text));
    }
    const cpe = String.raw`cpe(:(((\?*|\*?)([a-z]))+(\?*|\*?)))`;
    expect(compilePattern(cpe).test(`cpe:${'a'.repeat(10_000)}!`)).toBe(false);
  });
});

describe('schemas', () => {
  test.each([
    complex('<xs:all/>'),
    complex('<xs:sequence><xs:group ref="t:g"/></xs:sequence>'),
    complex('<xs:sequence><xs:any/></xs:sequence>'),
    complex('<xs:complexContent/>'),
    '<xs:simpleType><xs:list itemType="xs:token"/></xs:simpleType>',
    '<xs:simpleType><xs:restriction base="xs:string"><xs:length value="1"/></xs:restriction></xs:simpleType>',
    '<xs:simpleType><xs:restriction base="xs:duration"/></xs:simpleType>',
    '<xs:simpleType><xs:restriction base="t:missing"/></xs:simpleType>',
    `${complex('')}<xs:unique name="u"><xs:selector xpath="t:a"/><xs:field xpath="@id"/></xs:unique>`,
  ])('a construct that is not supported is refused, never left out: %s', (type) => {
    try {
      broken(type, r(''));
      expect.unreachable();
    } catch (error) {
      expect(isPedigreeError(error) && error.code).toBe('ERR_INTERNAL');
    }
  });

  test.each([
    ['1.0', 10],
    ['1.1', 40],
    ['1.2', 80],
    ['1.3', 90],
    ['1.4', 150],
    ['1.5', 300],
    ['1.6', 500],
    ['1.7', 550],
  ])('every rule of the official schema of CycloneDX %s compiles', (version, least) => {
    const folder = join(
      dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json')),
      'res/schema',
    );
    const read = (name: string) => parseXml(readFileSync(join(folder, name), 'utf8'));
    const schema = compileXsd(read(`bom-${version}.SNAPSHOT.xsd`), [read('spdx.SNAPSHOT.xsd')]);
    const seen = new Set<unknown>();
    const visit = (declaration: ElementDeclaration): void => {
      const type = declaration.type();
      if (type === undefined || type.form === 'simple') {
        seen.add(declaration);
        return;
      }
      if (seen.has(type)) return;
      seen.add(type);
      seen.add(declaration);
      for (const use of type.attributes.values()) seen.add(use.type());
      if (type.content !== undefined && type.content.form !== 'simple') walk(type.content);
    };
    const walk = (particle: Particle): void => {
      if (particle.form === 'element') visit(particle.declaration);
      else if (particle.form !== 'any') particle.items.forEach(walk);
    };
    for (const declaration of schema.elements.values()) visit(declaration);
    expect(schema.elements.has('bom')).toBe(true);
    expect(seen.size).toBeGreaterThan(least);
  });
});
