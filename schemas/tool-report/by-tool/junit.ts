// SPDX-License-Identifier: Apache-2.0
import { childrenNamed, pathOf, type XmlElement } from '../../xml/element.ts';
import { parseXml } from '../../xml/parse.ts';
import { peekXmlRoot, type XmlRoot } from '../../xml/peek-root.ts';
import { optional } from '../optional.ts';
import { textOf } from '../read.ts';
import type { ToolAdapter } from '../adapter.ts';
import type { Outcome, ReportResult, ToolReport } from '../model.ts';

/**
 * JUnit XML: the tests that a build ran, as test runners write them and Jenkins collects them. Nobody owns the format; it names
 * neither the runner nor its version. @see https://github.com/testmoapp/junitxml
 */
export const junit: ToolAdapter = {
  format: 'junit',
  detect(decoded) {
    const root = decoded.kind === 'text' ? peekXmlRoot(decoded.text) : undefined;
    return root !== undefined && isTests(root) ? null : undefined;
  },
  parse: (decoded) => parseTests(parseXml(textOf(decoded))),
};

const IN_SUITE = ['testcase', 'properties', 'testsuite', 'system-out', 'system-err'];

function isTests({ name, namespace, attributes, firstChild }: XmlRoot): boolean {
  if (namespace !== '') return false;
  if (name === 'testsuites') return firstChild === undefined || firstChild.name === 'testsuite';
  const isEmpty = firstChild === undefined;
  return (
    name === 'testsuite' &&
    attributes.has('tests') &&
    (isEmpty || IN_SUITE.includes(firstChild.name))
  );
}

function parseTests(root: XmlElement): ToolReport {
  const suites = root.name === 'testsuite' ? [root] : childrenNamed(root, 'testsuite');
  const results = suites.flatMap(casesOf).map(testOf);
  const countOf = (outcome: Outcome): string =>
    String(results.filter((one) => one.outcome === outcome).length);
  const failed = String(Math.max(Number(countOf('fail')), declaredFailures(root, suites)));
  const judged = failed === '0' ? 'pass' : 'fail';
  const times = [root, ...suites].flatMap(({ attributes }) => attributes.get('timestamp') ?? []);
  return {
    tool: 'junit',
    ...optional('time', times[0]),
    stages: [6],
    about: suites.flatMap((suite) => {
      const name = suite.attributes.get('name') ?? '';
      return name === '' ? [] : [{ kind: 'Code', pointer: pathOf(suite), names: [name] }];
    }),
    results: [
      {
        name: 'failed',
        outcome: results.length > 0 || failed !== '0' ? judged : 'info',
        count: failed,
      },
      ...results,
    ],
    summary: {
      tests: String(results.length),
      passed: countOf('pass'),
      failed,
      skipped: countOf('info'),
    },
  };
}

/** Not every runner lists each test that it counts. */
function declaredFailures(root: XmlElement, suites: readonly XmlElement[]): number {
  const counts = (root.attributes.has('failures') ? [root] : suites).flatMap(({ attributes }) =>
    ['failures', 'errors'].map((name) => attributes.get(name) ?? '0'),
  );
  return counts.reduce((sum, count) => sum + (/^\d{1,9}$/.test(count) ? Number(count) : 0), 0);
}

/** Suites may hold suites. */
function casesOf(suite: XmlElement): XmlElement[] {
  const cases: XmlElement[] = [];
  const stack = [suite];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    for (const one of childrenNamed(top, 'testcase')) cases.push(one);
    for (const one of childrenNamed(top, 'testsuite').toReversed()) stack.push(one);
  }
  return cases;
}

/** A test without a complaint passed; one that was skipped judges nothing. What a test printed is not kept. */
function testOf(test: XmlElement): ReportResult {
  const { attributes } = test;
  const name = [attributes.get('classname'), attributes.get('name')].filter(
    (one) => (one ?? '') !== '',
  );
  const has = (child: string): boolean => childrenNamed(test, child).length > 0;
  const judged = has('failure') || has('error') ? 'fail' : 'pass';
  return { name: name.join('.'), outcome: has('skipped') ? 'info' : judged };
}
