// SPDX-License-Identifier: Apache-2.0
import { kindsOfFileName } from '../../schemas/file-kind.ts';
import { parseXml } from '../../schemas/xml/parse.ts';
import { peekXmlRoot } from '../../schemas/xml/peek-root.ts';
import { EMPTY_SHA256 } from '../../core/digest.ts';
import { FactsBuilder } from './facts-builder.ts';
import { addSubject } from './subject.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/**
 * The fallback: bytes that no other reader takes. Two nodes stand apart on purpose: `document:<digest>` is what was said (a
 * revocation of it withdraws a statement), `sha256:<digest>` is the file itself (a data set, a model), known because the
 * bytes were hashed here. Nothing joins them.
 */
export const opaqueReader: FormatReader = {
  formats: ['opaque'],
  extractor: 'opaque@1',
  read: readOpaque,
};

function readOpaque(decoded: Decoded, detected: Detected, context: ReadContext): Reading {
  refuseBrokenXml(decoded);
  const builder = new FactsBuilder(context.digest);
  const labels = context.source === undefined ? [] : [context.source];
  const document = builder.nodeOf(`document:${context.digest}`, ['File'], labels);
  addBytes(builder, context, labels);
  if (context.subject !== undefined) {
    const subject = addSubject(builder, context, { kinds: [], pointer: '' });
    builder.edge(document, 'describes', subject, '');
  }
  return {
    facts: builder.build({ format: detected.format, version: null, statementKind: 'opaque' }),
    conformant: null,
    conformanceProblems: [],
  };
}

/**
 * Text that declares itself XML and is none is broken, as broken JSON is; XML that nobody knows is opaque.
 * @throws {PedigreeError} ERR_PARSE_XML
 */
function refuseBrokenXml(decoded: Decoded): void {
  if (decoded.kind !== 'text' || !/^\s{0,64}<\?xml\s/.test(decoded.text.slice(0, 128))) return;
  if (peekXmlRoot(decoded.text) === undefined) parseXml(decoded.text);
}

/** The file by its own digest. No subject: a file that was handed in says nothing about itself. */
function addBytes(builder: FactsBuilder, context: ReadContext, labels: readonly string[]): void {
  if (context.digest === EMPTY_SHA256) {
    builder.problem('empty-content', '', 'digest of empty content joins nothing');
    return;
  }
  const kinds = context.source === undefined ? ['File' as const] : kindsOfFileName(context.source);
  builder.nodeOf(context.digest, ['File', ...kinds], labels);
}
