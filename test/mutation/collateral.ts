// SPDX-License-Identifier: Apache-2.0
import type { RunInput } from '../../attest/tee/scheme.ts';
import type { Mutation } from './mutation.ts';
import type { Piece } from './pieces.ts';
import { filesOf, readMembers, slotsOf } from './slots.ts';
import type { Slot } from './slots.ts';

/** Endorsements that evidence may come without, and why. */
const OPTIONAL: Readonly<Record<string, string>> = {
  'sev-snp ask': 'withheld: the intermediate that AMD publishes serves',
  'sev-snp ark': 'withheld: a supplied root is only compared with the pinned one',
  'sev-snp crl': 'withheld: the claims say that revocation was not checked',
  'azure-snp-vtpm ark': 'withheld: a supplied root is only compared with the pinned one',
  'azure-snp-vtpm crl': 'withheld: the claims say that revocation was not checked',
  'nvidia-gpu root': 'withheld: a supplied root is only compared with the pinned one',
  'gcp-cs-jwt root': 'withheld: a supplied root is only compared with the pinned one',
};
const SIGNED_DOCUMENTS = ['tcb_info', 'qe_identity'];

/** Every file of collateral, and every member of one: withheld, broken, or of other evidence, platforms and times. */
export function* breakCollateral(piece: Piece, others: readonly Piece[]): Iterable<Mutation> {
  const [, ...files] = filesOf(piece);
  for (const file of files) {
    yield* withhold(piece, file.name);
    yield* breakSlot(file);
    for (const foreign of others.flatMap(filesOf)) {
      if (isSame(foreign.bytes, file.bytes)) continue;
      yield {
        what: `${file.name} is another file (${foreign.name})`,
        input: () => file.put(foreign.bytes),
      };
    }
    if (file.form === 'collateral') yield* breakMembers(piece, file, others);
  }
}

function* withhold({ scheme, input }: Piece, role: string): Iterable<Mutation> {
  const rest = [...input.endorsements].filter(([other]) => other !== role);
  const mayDiffer = role === 'crl';
  for (const endorsements of [new Map(rest), new Map([...rest, [role, []]])]) {
    yield {
      what: `${role} withheld`,
      input: () => ({ ...input, endorsements }),
      harmless: () => OPTIONAL[`${scheme.kind} ${role}`],
      mayDiffer,
    };
  }
}

function* breakSlot(slot: Slot): Iterable<Mutation> {
  const { bytes, name } = slot;
  // within the first certificate of a chain
  const part = bytes.subarray(0, Math.floor(bytes.length / 3));
  const forms = [
    new Uint8Array(),
    new Uint8Array(bytes.length),
    part,
    Buffer.concat([part, part]),
    Buffer.from(bytes).reverse(),
    ...['{}', '[]', 'null', '0', ' '].map((text) => Buffer.from(text)),
  ];
  for (const [index, form] of forms.entries()) {
    yield { what: `${name} broken (${index})`, input: () => slot.put(form) };
  }
}

function* breakMembers(piece: Piece, file: Slot, others: readonly Piece[]): Iterable<Mutation> {
  const members = readMembers(file.bytes);
  const put = (changed: Readonly<Record<string, string | undefined>>): RunInput =>
    file.put(Buffer.from(JSON.stringify({ ...members, ...changed })));
  for (const slot of slotsOf(piece).filter(({ name }) => /^collateral\/\w+$/.test(name))) {
    yield* breakSlot(slot);
  }
  for (const [name, value] of Object.entries(members)) {
    yield { what: `${name} withheld`, input: () => put({ [name]: undefined }) };
    for (const [other, text] of Object.entries(members)) {
      if (text !== value) yield { what: `${other} as ${name}`, input: () => put({ [name]: text }) };
    }
  }
  for (const other of others) {
    const foreign = filesOf(other).find(({ form }) => form === 'collateral');
    if (foreign === undefined) continue;
    const given = readMembers(foreign.bytes);
    const parts = [
      ...Object.keys(members).map((name) => [name]),
      ...SIGNED_DOCUMENTS.map((name) => [name, `${name}_signature`, `${name}_issuer_chain`]),
      ['pck_crl', 'pck_crl_issuer_chain'],
    ];
    for (const names of parts) {
      if (names.every((name) => given[name] === members[name])) continue;
      const changed = Object.fromEntries(names.map((name) => [name, given[name]]));
      yield { what: `${names.join(', ')} of ${other.id}`, input: () => put(changed) };
    }
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.from(one).equals(other);
}
