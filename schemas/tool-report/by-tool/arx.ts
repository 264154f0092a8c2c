// SPDX-License-Identifier: Apache-2.0
import { childrenNamed, findChild, type XmlElement } from '../../xml/element.ts';
import { parseXml } from '../../xml/parse.ts';
import { peekXmlRoot, type XmlRoot } from '../../xml/peek-root.ts';
import { optional } from '../optional.ts';
import { countBy, countedResults, textOf } from '../read.ts';
import type { ToolAdapter } from '../adapter.ts';
import type { ToolReport } from '../model.ts';

/**
 * ARX: what a project (`.deid`, an archive) demands of the data: privacy models and limits (`config.xml`), and what each
 * attribute counts as (`definition.xml`); which version wrote it (`metadata.xml`), and how many of the ways to transform the
 * data meet the demands (`lattice.xml`). Which of them was taken is in the Java objects beside these, which are not read. @see https://github.com/arx-deidentifier/arx
 */
export const arx: ToolAdapter = {
  format: 'arx',
  detect(decoded) {
    if (decoded.kind !== 'text') return undefined;
    const root = peekXmlRoot(decoded.text);
    return root !== undefined && isPart(root, decoded.text) ? null : undefined;
  },
  parse(decoded) {
    const root = parseXml(textOf(decoded));
    switch (root.name) {
      case 'definition':
        return parseDefinition(root);
      case 'metadata':
        return parseMetadata(root);
      case 'lattice':
        return parseLattice(root);
      default:
        return parseConfig(root);
    }
  },
};

/** First members of a configuration, of several releases. The spelling of `assigment` is ARX's own. */
const CONFIG_STARTS = new Set(['suppressTuplesInNonAnonymousOutput', 'removeOutliers']);

/** A comment in front of every lattice. */
const HEADER = '<!-- ARX XML Vocabulary Version ';
/** The whole of `metadata.xml`; the names of its members are anybody's. */
const METADATA =
  /^\s{0,8}<metadata>\s{0,8}<version>[^<]{1,40}<\/version>\s{0,8}<vocabulary>\d{1,4}\.\d{1,4}<\/vocabulary>\s{0,8}<\/metadata>\s{0,8}$/;

function isPart({ name, namespace, firstChild }: XmlRoot, text: string): boolean {
  if (namespace !== '' || firstChild === undefined) return false;
  switch (name) {
    case 'definition':
      return firstChild.name === 'assigment';
    case 'lattice':
      return firstChild.name === 'level' && text.startsWith(HEADER);
    case 'metadata':
      return METADATA.test(text);
    default:
      return name === 'config' && CONFIG_STARTS.has(firstChild.name);
  }
}

function parseMetadata(root: XmlElement): ToolReport {
  return {
    tool: 'arx',
    ...optional('toolVersion', textIn(root, 'version')),
    stages: [2],
    about: [],
    results: [],
    summary: { ...optional('vocabulary', textIn(root, 'vocabulary')) },
  };
}

/** Each node is one way to transform the data. The second vocabulary writes names of one letter. */
function parseLattice(root: XmlElement): ToolReport {
  const nodes = childrenNamed(root, 'level').flatMap((level) => [
    ...childrenNamed(level, 'n'),
    ...childrenNamed(level, 'node'),
  ]);
  const counts = countBy(nodes, (node) => textIn(node, 'a') ?? textIn(node, 'anonymity') ?? '');
  return {
    tool: 'arx',
    stages: [2],
    about: [],
    results: countedResults(counts, 'info'),
    summary: { transformations: String(nodes.length) },
  };
}

function parseConfig(root: XmlElement): ToolReport {
  const criteria = childrenNamed(findChild(root, 'criteria'), 'criterion');
  return {
    tool: 'arx',
    stages: [2],
    about: [],
    results: criteria.map(({ text }) => ({ name: text.trim(), outcome: 'info' })),
    summary: {
      ...optional('suppressionLimit', textIn(root, 'relativeMaxOutliers')),
      ...optional('metric', textIn(root, 'metric')),
      criteria: String(criteria.length),
    },
  };
}

function parseDefinition(root: XmlElement): ToolReport {
  const assignments = childrenNamed(root, 'assigment');
  const types = countBy(assignments, (one) => textIn(one, 'type') ?? 'unknown');
  return {
    tool: 'arx',
    stages: [2],
    about: [],
    results: countedResults(types, 'info'),
    summary: Object.fromEntries(
      assignments.map((one) => [
        `attribute.${textIn(one, 'name') ?? ''}`,
        textIn(one, 'type') ?? '',
      ]),
    ),
  };
}

function textIn(element: XmlElement, name: string): string | undefined {
  const text = findChild(element, name)?.text.trim();
  return text === '' ? undefined : text;
}
