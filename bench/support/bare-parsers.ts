// SPDX-License-Identifier: Apache-2.0
import { SaxesParser } from 'saxes';
import { parseAllDocuments } from 'yaml';

/** What any program must do with the bytes of a format before it knows what they say. */
export function bareParserOf(format: string): (bytes: Uint8Array) => unknown {
  if (format.endsWith('-xml') || format.endsWith('-rdf')) return parseXml;
  if (format.endsWith('-yaml')) return (bytes) => parseAllDocuments(decode(bytes), YAML_OPTIONS);
  if (format.endsWith('-tv')) return (bytes) => decode(bytes).split('\n');
  return (bytes) => JSON.parse(decode(bytes)) as unknown;
}

/** The most times that we may take as long; undefined for a format that has no parser: what splits lines knows no tag. */
export function mostRatioOf(format: string): number | undefined {
  return format.endsWith('-tv') ? undefined : 3;
}

/** The name of the parser, for the table. */
export function bareParserName(format: string): string {
  if (format.endsWith('-xml') || format.endsWith('-rdf')) return 'saxes';
  if (format.endsWith('-yaml')) return 'yaml';
  return format.endsWith('-tv') ? 'splitting lines' : 'JSON.parse';
}

/** Its check for keys written twice compares all with all. */
const YAML_OPTIONS = { uniqueKeys: false, logLevel: 'silent' } as const;

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

function parseXml(bytes: Uint8Array): number {
  const parser = new SaxesParser({ xmlns: true });
  let elements = 0;
  parser.on('opentag', () => elements++);
  parser.write(decode(bytes)).close();
  return elements;
}
