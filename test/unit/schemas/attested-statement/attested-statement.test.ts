// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../../core/canonical-json-jcs.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import {
  ATTESTED_STATEMENT_MEDIA_TYPE,
  createAttestedStatement,
  detectAttestedStatement,
  parseAttestedStatement,
} from '../../../../schemas/attested-statement/attested-statement.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { encode, readDocuments } from '../../ingest/intoto/read-document.ts';

const b64 = (text: string): string => Buffer.from(text).toString('base64');
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const DSSE: JsonObject = {
  payloadType: 'application/vnd.in-toto+json',
  payload: b64(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [],
      predicateType: 'p',
      predicate: {},
    }),
  ),
  signatures: [{ keyid: '', sig: b64('s') }],
};
const EVIDENCE = {
  kind: 'sev-snp',
  evidence: bytes('report'),
  endorsements: new Map([['vcek', bytes('certificate')]]),
};

function codeOf(value: unknown): string {
  try {
    parseAttestedStatement(value as JsonValue);
  } catch (error) {
    return isPedigreeError(error) ? error.code : 'another error';
  }
  return 'none';
}

const good = (): JsonObject => createAttestedStatement(DSSE, [EVIDENCE]);
const withEvidence = (item: unknown): unknown => ({ ...good(), evidence: [item] });
const item = (more: Record<string, unknown>): unknown => ({
  kind: 'tdx',
  evidence: b64('q'),
  endorsements: {},
  ...more,
});

describe('attested statements', () => {
  test('envelope and evidence come out as they went in', () => {
    const parsed = parseAttestedStatement(good());
    expect(parsed.evidence).toEqual([EVIDENCE]);
    expect(parsed.envelope.payloadType).toBe('application/vnd.in-toto+json');
    expect(parsed.envelope.signatures).toHaveLength(1);
    expect(detectAttestedStatement(decode(encode(good())))).toEqual({
      format: 'attested-statement',
      version: 'v1',
    });
  });

  test('reading hands over envelope, evidence and the payload as an inner document', () => {
    const [document] = readDocuments(encode(good()));
    expect(document?.reading?.evidence).toEqual([EVIDENCE]);
    expect(document?.reading?.envelope?.envelopeType).toBe('dsse');
    expect(document?.inner.map(({ detected }) => detected?.format)).toEqual(['in-toto-statement']);
    expect(document?.reading?.facts.statementKind).toBe('envelope');
  });

  test('with a confused payload type neither signature nor evidence counts', () => {
    const [document] = readDocuments(
      encode(createAttestedStatement({ ...DSSE, payloadType: 'text/plain' }, [EVIDENCE])),
    );
    expect(document?.reading?.envelope).toBeUndefined();
    expect(document?.reading?.evidence).toBeUndefined();
    expect(document?.reading?.inner).toHaveLength(1);
  });

  test('endorsements may be absent, and no evidence is allowed', () => {
    expect(codeOf(withEvidence({ kind: 'tdx', evidence: b64('q') }))).toBe('none');
    expect(codeOf({ ...good(), evidence: [] })).toBe('none');
  });

  test.each<[string, unknown]>([
    ['another media type', { ...good(), mediaType: `${ATTESTED_STATEMENT_MEDIA_TYPE};x` }],
    ['an unknown member', { ...good(), more: 1 }],
    ['no statement', { ...good(), statement: undefined }],
    ['a statement that is no envelope', { ...good(), statement: {} }],
    ['no evidence', { ...good(), evidence: undefined }],
    ['evidence that is a map', { ...good(), evidence: {} }],
    ['evidence that is null', withEvidence(null)],
    ['an unknown member of evidence', withEvidence(item({ more: 1 }))],
    ['a kind that is no name', withEvidence(item({ kind: 'SEV SNP' }))],
    ['no kind', withEvidence(item({ kind: undefined }))],
    ['evidence that is not base64', withEvidence(item({ evidence: 'a b' }))],
    ['empty evidence', withEvidence(item({ evidence: '' }))],
    ['endorsements that are a list', withEvidence(item({ endorsements: [] }))],
    ['an endorsement that is not base64', withEvidence(item({ endorsements: { vcek: '!' } }))],
    ['an endorsement that is no text', withEvidence(item({ endorsements: { vcek: 1 } }))],
    ['a list', [good()]],
  ])('%s is refused', (_, value) => {
    expect(codeOf(value)).toBe('ERR_PARSE_DOCUMENT');
  });

  test('how much may come along is bounded', () => {
    expect(codeOf({ ...good(), evidence: Array.from({ length: 17 }, () => item({})) })).toBe(
      'ERR_LIMIT_ITEMS',
    );
    const endorsements = Object.fromEntries(
      Array.from({ length: 65 }, (_, index) => [`e${index}`, b64('c')]),
    );
    expect(codeOf(withEvidence(item({ endorsements })))).toBe('ERR_LIMIT_ITEMS');
  });

  test('an endorsement called __proto__ is an endorsement', () => {
    const value = JSON.parse(JSON.stringify(good()).replace('"vcek"', '"__proto__"')) as unknown;
    expect(
      parseAttestedStatement(value as JsonValue).evidence[0]?.endorsements.get('__proto__'),
    ).toEqual(bytes('certificate'));
  });
});
