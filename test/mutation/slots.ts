// SPDX-License-Identifier: Apache-2.0
import type { RunInput } from '../../attest/tee/scheme.ts';
import { mapQuote, withChain } from '../unit/attest/tee/dcap/genuine.ts';
import { toPem } from '../unit/attest/tee/support/fake-pki.ts';
import type { Piece } from './pieces.ts';

/** What bytes are, which decides where their lengths stand and what of them nobody signs. */
export type Form =
  | 'snp-report'
  | 'dcap-quote'
  | 'cose'
  | 'spdm'
  | 'jwt'
  | 'json'
  | 'collateral'
  | 'pem'
  | 'pem-rootless'
  | 'der'
  | 'text'
  | 'hex'
  | 'tpm-quote'
  | 'tpm-signature'
  | 'tpm-key'
  | 'event-log'
  | 'hcl-report';

/** A run of bytes of a piece that can be exchanged: a file, or what is written inside of one. */
export interface Slot {
  /** For example `ek`, `collateral/pck_crl`, `chain[1]`. */
  readonly name: string;
  readonly form: Form;
  readonly bytes: Uint8Array;
  /** Set where the file around it holds these very bytes, so that what is done to each byte of the file is done to them. */
  readonly isVerbatim?: boolean;
  /** The piece with these bytes in place of the slot's, everything around them made to fit. */
  put(bytes: Uint8Array): RunInput;
}

const FORM_OF_EVIDENCE: Readonly<Record<string, Form>> = {
  'sev-snp': 'snp-report',
  tdx: 'dcap-quote',
  sgx: 'dcap-quote',
  nitro: 'cose',
  'nvidia-gpu': 'spdm',
  ear: 'jwt',
  'gcp-cs-jwt': 'jwt',
  'intel-trust-authority': 'jwt',
  'azure-maa': 'jwt',
};
const CHAIN_MEMBERS = ['pck_crl_issuer_chain', 'tcb_info_issuer_chain', 'qe_identity_issuer_chain'];
const HEX_MEMBERS = ['tcb_info_signature', 'qe_identity_signature'];
const CRL_MEMBERS = ['root_ca_crl', 'pck_crl'];
const FORM_OF_BASE64: Readonly<Record<string, Form>> = {
  quote: 'tpm-quote',
  signature: 'tpm-signature',
  akPublic: 'tpm-key',
  eventLog: 'event-log',
  hclReport: 'hcl-report',
};

/** The files of a piece: the evidence and each endorsement. */
export function filesOf({ scheme, input }: Piece): Slot[] {
  const evidence: Slot = {
    name: 'evidence',
    form: FORM_OF_EVIDENCE[scheme.kind] ?? 'json',
    bytes: input.evidence,
    put: (bytes) => ({ ...input, evidence: bytes }),
  };
  const endorsements = [...input.endorsements].flatMap(([role, files]) =>
    files.map((file, at): Slot => ({
      name: role,
      form: formOfEndorsement(role, file),
      bytes: file,
      put: (bytes) => ({
        ...input,
        endorsements: new Map([...input.endorsements, [role, files.with(at, bytes)]]),
      }),
    })),
  );
  return [evidence, ...endorsements];
}

function formOfEndorsement(role: string, bytes: Uint8Array): Form {
  if (role === 'collateral') return 'collateral';
  if (!Buffer.from(bytes).includes('-----BEGIN')) return 'der';
  return role === 'chain' ? 'pem-rootless' : 'pem';
}

/** The files and everything that is written inside of them in a text encoding. */
export function slotsOf(piece: Piece): Slot[] {
  return filesOf(piece).flatMap(withInner);
}

function withInner(slot: Slot): Slot[] {
  return [slot, ...innerSlots(slot).flatMap(withInner)];
}

function innerSlots(slot: Slot): Slot[] {
  switch (slot.form) {
    case 'pem':
    case 'pem-rootless':
      return pemSlots(slot);
    case 'dcap-quote':
      return [chainSlot(slot)];
    case 'collateral':
      return memberSlots(slot);
    case 'jwt':
      return tokenSlots(slot);
    case 'json':
      return base64Slots(slot);
    default:
      return [];
  }
}

const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g;

function pemSlots(slot: Slot): Slot[] {
  const text = Buffer.from(slot.bytes).toString('latin1');
  return [...text.matchAll(PEM_BLOCK)].map((block, index): Slot => {
    const [whole, label = ''] = block;
    const body = whole.replace(/-----[A-Z0-9 ]+-----/g, '');
    return {
      name: `${slot.name}[${index}]`,
      form: 'der',
      bytes: Buffer.from(body, 'base64'),
      put: (bytes) => {
        const written = toPem(bytes, label).trimEnd();
        const end = block.index + whole.length;
        return slot.put(
          Buffer.from(text.slice(0, block.index) + written + text.slice(end), 'latin1'),
        );
      },
    };
  });
}

function chainSlot(slot: Slot): Slot {
  const { chain, end } = mapQuote(slot.bytes);
  return {
    name: `${slot.name}/chain`,
    form: 'pem-rootless',
    bytes: slot.bytes.subarray(chain, end),
    isVerbatim: true,
    put: (bytes) =>
      slot.put(withChain(slot.bytes.subarray(0, end), Buffer.from(bytes).toString('latin1'))),
  };
}

function memberSlots(slot: Slot): Slot[] {
  const members = readMembers(slot.bytes);
  return Object.entries(members).map(([name, text]): Slot => {
    const isHex = HEX_MEMBERS.includes(name) || CRL_MEMBERS.includes(name);
    const encoding = isHex ? 'hex' : 'latin1';
    return {
      name: `${slot.name}/${name}`,
      form: formOfMember(name),
      bytes: Buffer.from(text, encoding),
      isVerbatim: !isHex,
      put: (bytes) => {
        const written = Buffer.from(bytes).toString(encoding);
        return slot.put(Buffer.from(JSON.stringify({ ...members, [name]: written })));
      },
    };
  });
}

/** The members of a collateral file. */
export function readMembers(bytes: Uint8Array): Record<string, string> {
  return JSON.parse(Buffer.from(bytes).toString()) as Record<string, string>;
}

function formOfMember(name: string): Form {
  if (CHAIN_MEMBERS.includes(name)) return 'pem-rootless';
  if (CRL_MEMBERS.includes(name)) return 'der';
  return HEX_MEMBERS.includes(name) ? 'hex' : 'text';
}

function tokenSlots(slot: Slot): Slot[] {
  const parts = Buffer.from(slot.bytes).toString('latin1').trim().split('.');
  return ['header', 'payload', 'signature'].map((name, index): Slot => ({
    name: `${slot.name}/${name}`,
    form: 'text',
    bytes: Buffer.from(parts[index] ?? '', 'base64url'),
    put: (bytes) => {
      const written = Buffer.from(bytes).toString('base64url');
      return slot.put(Buffer.from(parts.with(index, written).join('.'), 'latin1'));
    },
  }));
}

function base64Slots(slot: Slot): Slot[] {
  const members = JSON.parse(Buffer.from(slot.bytes).toString()) as Record<string, unknown>;
  return Object.entries(members).flatMap(([name, value]): Slot[] => {
    const form = FORM_OF_BASE64[name];
    // simulated evidence writes its signature in base64 too, and it has no structure
    if (typeof value !== 'string' || form === undefined || members['pcrs'] === undefined) return [];
    const put = (bytes: Uint8Array): RunInput => {
      const written = Buffer.from(bytes).toString('base64');
      return slot.put(Buffer.from(JSON.stringify({ ...members, [name]: written })));
    };
    return [{ name: `${slot.name}/${name}`, form, bytes: Buffer.from(value, 'base64'), put }];
  });
}
