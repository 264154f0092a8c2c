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
 * attribute counts as (`definition.xml`). Whether the output meets them is in the Java objects beside these, which are not
 * read. @see https://github.com/arx-deidentifier/arx
 */
export const arx: ToolAdapter = {
  format: 'arx',
  detect(decoded) {
    const root = decoded.kind === 'text' ? peekXmlRoot(decoded.text) : undefined;
    return root !== undefined && isPart(root) ? null : undefined;
  },
  parse(decoded) {
    const root = parseXml(textOf(decoded));
    return root.name === 'definition' ? parseDefinition(root) : parseConfig(root);
  },
};

/** First members of a configuration, of several releases. The spelling of `assigment` is ARX's own. */
const CONFIG_STARTS = new Set(['suppressTuplesInNonAnonymousOutput', 'removeOutliers']);

function isPart({ name, namespace, firstChild }: XmlRoot): boolean {
  if (namespace !== '' || firstChild === undefined) return false;
  return name === 'definition'
    ? firstChild.name === 'assigment'
    : name === 'config' && CONFIG_STARTS.has(firstChild.name);
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
