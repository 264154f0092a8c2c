// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectKubernetes } from '../../../../schemas/kubernetes/detect.ts';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n';

function isManifest(text: string): boolean {
  return detectKubernetes(decode(new TextEncoder().encode(text))) !== undefined;
}

describe('a manifest', () => {
  test.each([
    ['as it stands', POD],
    ['after the start of a document', `---\n${POD}`],
    ['after the start of a document and a comment on its line', `--- # one\n${POD}`],
    ['after a directive', `%YAML 1.2\n---\n${POD}`],
    ['after comments and empty lines', `# licence\n\n  # more\n${POD}`],
    ['with its kind first', 'kind: Pod\napiVersion: v1\n'],
    ['with its metadata first', 'metadata:\n  name: p\napiVersion: v1\nkind: Pod\n'],
    ['with quotes', `"metadata": {}\n${POD}`],
    ['with Windows line ends', POD.replaceAll('\n', '\r\n')],
  ])('is known %s', (_name, text) => {
    expect(isManifest(text)).toBe(true);
  });

  test.each([
    ['a shell script', `#!/bin/sh\nset -e\nkubectl apply -f - <<EOF\n${POD}EOF\n`],
    ['a text', `= Title\n\nAn example:\n\n----\n${POD}----\n`],
    ['a program', `from x import y\n\nTEXT = """\n${POD}"""\n`],
    ['Markdown', `# Title\n\nApply this:\n\n${POD}`],
    ['a template that begins with a condition', `{{- if .Values.on }}\n${POD}{{- end }}\n`],
    ['nothing but comments', '# apiVersion: v1\n# kind: Pod\n'],
    ['a sentence with a colon', `Note that: this is text\n${POD.replace('kind', 'sort')}`],
  ])('quoted in %s is none', (_name, text) => {
    expect(isManifest(text)).toBe(false);
  });
});
