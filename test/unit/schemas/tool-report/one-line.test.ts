// SPDX-License-Identifier: Apache-2.0
// Adding a tool is one file and one line: each adapter is one entry of one list, and nothing else knows that it exists.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { TOOL_ADAPTERS } from '../../../../schemas/tool-report/adapters.ts';
import type { ToolAdapter } from '../../../../schemas/tool-report/adapter.ts';
import { toolReportReader } from '../../../../ingest/extract/tool-report.ts';
import { supportedFormats } from '../../../../ingest/extract/registry.ts';

const PROJECT = resolve(import.meta.dirname, '../../../..');
const BY_TOOL = join(PROJECT, 'schemas/tool-report/by-tool');
const REGISTRY = readFileSync(join(PROJECT, 'schemas/tool-report/adapters.ts'), 'utf8');

function isAdapter(value: unknown): value is ToolAdapter {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['detect', 'parse'].every((key) => typeof Reflect.get(value, key) === 'function') &&
    typeof Reflect.get(value, 'format') === 'string'
  );
}

/** Every adapter that a file of the folder exports, with the name of the export. */
async function exported(): Promise<
  (readonly [file: string, name: string, adapter: ToolAdapter])[]
> {
  const found = [];
  for (const file of readdirSync(BY_TOOL)) {
    const module = (await import(join(BY_TOOL, file))) as Readonly<Record<string, unknown>>;
    for (const [name, value] of Object.entries(module)) {
      if (isAdapter(value)) found.push([file, name, value] as const);
    }
  }
  return found;
}

test('each adapter is one line of one list', async () => {
  const adapters = await exported();
  expect(adapters.length).toBeGreaterThan(25);
  const list = REGISTRY.slice(REGISTRY.indexOf('TOOL_ADAPTERS')).split('\n');
  for (const [file, name, adapter] of adapters) {
    expect(TOOL_ADAPTERS).toContain(adapter);
    expect(list.filter((line) => line === `  ${name},`)).toHaveLength(1);
    expect(REGISTRY.split(`'./by-tool/${file}'`)).toHaveLength(2);
  }
  // scorecard lies in a folder of its own
  expect(TOOL_ADAPTERS).toHaveLength(adapters.length + 1);
});

test('each file of the folder holds an adapter', async () => {
  const files = new Set((await exported()).map(([file]) => file));
  expect(readdirSync(BY_TOOL).filter((file) => !files.has(file))).toEqual([]);
});

test('one reader takes the formats of the list, and the registry of formats says so', () => {
  const formats = TOOL_ADAPTERS.map(({ format }) => format);
  expect(toolReportReader.formats).toEqual(formats);
  expect(supportedFormats()).toEqual(expect.arrayContaining(formats));
});

test('no other source names a tool’s format', () => {
  const files = readdirSync(join(PROJECT, 'ingest'), { recursive: true, encoding: 'utf8' })
    .map((file) => join(PROJECT, 'ingest', file))
    .concat(
      readdirSync(join(PROJECT, 'schemas'), { recursive: true, encoding: 'utf8' })
        .filter((file) => !file.includes('by-tool'))
        .map((file) => join(PROJECT, 'schemas', file)),
    )
    .filter((file) => file.endsWith('.ts') && !file.endsWith('scorecard/adapter.ts'));
  expect(files.length).toBeGreaterThan(100);
  const mentions = files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return TOOL_ADAPTERS.filter(({ format }) => text.includes(`format: '${format}'`)).map(
      ({ format }) => `${file}: ${format}`,
    );
  });
  expect(mentions).toEqual([]);
});
