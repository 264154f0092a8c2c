// SPDX-License-Identifier: Apache-2.0
import type { RunInput } from '../../attest/tee/scheme.ts';
import { mapQuote } from '../unit/attest/tee/dcap/genuine.ts';
import type { Mutant } from './peer.ts';
import { flipped } from './snp-mutants.ts';

type Collateral = Readonly<Record<string, string>>;

/** The quote with each part of it changed, and its collateral with each member broken, empty, swapped or gone. */
export function dcapMutants(input: RunInput): readonly Mutant[] {
  return [...quoteMutants(input), ...collateralMutants(input)];
}

function quoteMutants({ evidence }: RunInput): readonly Mutant[] {
  const map = mapQuote(evidence);
  const places: readonly (readonly [string, number])[] = [
    ['version', 0],
    ['key type', 2],
    ['TEE type', 4],
    ['QE SVN', 8],
    ['PCE SVN', 10],
    ['vendor', 12],
    ['user data', 28],
    ['body', 48],
    ['body +16', 64],
    ['body +48', 96],
    ['body +120', 168],
    ['body +136', 184],
    ['body end', map.signedEnd - 1],
    ['signature length', map.signedEnd],
    ['signature', map.signature],
    ['attestation key', map.signature + 64],
    ['attestation key end', map.signature + 127],
    ['outer type', map.outerType ?? map.signature],
    ['outer length', (map.outerType ?? map.signature) + 2],
    ['QE report', map.qeReport],
    ['QE MRSIGNER', map.qeReport + 128],
    ['QE ISVSVN', map.qeReport + 258],
    ['QE report data', map.qeReport + 320],
    ['QE signature', map.qeSignature],
    ['auth length', map.authLength],
    ['auth data', map.authLength + 2],
    ['inner type', map.innerType],
    ['inner length', map.innerType + 2],
    ['chain start', map.chain],
    ['chain middle', map.chain + 400],
  ];
  return [
    ...places.flatMap(([name, at]): Mutant[] => [
      [`quote ${name} bit 0`, { evidence: flipped(evidence, at) }],
      [`quote ${name} bit 6`, { evidence: flipped(evidence, at, 6) }],
    ]),
    ['quote empty', { evidence: new Uint8Array() }],
    ['quote short by 1', { evidence: evidence.subarray(0, map.end - 1) }],
    ['quote without its signature', { evidence: evidence.subarray(0, map.signedEnd) }],
    ['quote with a tail', { evidence: Buffer.concat([evidence, Buffer.from('tail')]) }],
  ];
}

function collateralMutants(input: RunInput): readonly Mutant[] {
  const [bytes] = input.endorsements.get('collateral') ?? [];
  const collateral = JSON.parse(Buffer.from(bytes ?? '{}').toString('utf8')) as Collateral;
  const changed = (name: string, members: Collateral): Mutant => {
    const file = Buffer.from(JSON.stringify({ ...collateral, ...members }));
    return [`collateral ${name}`, { endorsements: new Map([['collateral', [file]]]) }];
  };
  const { root_ca_crl: rootCrl = '', pck_crl: pckCrl = '' } = collateral;
  const { tcb_info: tcbInfo = '', qe_identity: qeIdentity = '' } = collateral;
  const single = Object.keys(collateral).filter((name) => collateral[name] !== '');
  return [
    ...single.flatMap((name) => {
      const text = collateral[name] ?? '';
      return [
        changed(`${name} empty`, { [name]: '' }),
        changed(`${name} end changed`, { [name]: withDigit(text, text.length - 40) }),
        changed(`${name} middle changed`, { [name]: withDigit(text, text.length >> 1) }),
        changed(`${name} cut`, { [name]: text.slice(0, text.length >> 1) }),
      ];
    }),
    changed('lists swapped', { root_ca_crl: pckCrl, pck_crl: rootCrl }),
    changed('root list twice', { pck_crl: rootCrl }),
    changed('texts swapped', { tcb_info: qeIdentity, qe_identity: tcbInfo }),
    changed('tcb_info reformatted', { tcb_info: ` ${tcbInfo}` }),
  ];
}

/** The text with one letter or digit behind the place changed, so that hex stays hex and base64 base64. */
function withDigit(text: string, from: number): string {
  const start = Math.max(0, from);
  const at = start + text.slice(start).search(/[0-8A-Ea-e]/);
  const code = text.charCodeAt(at);
  return `${text.slice(0, at)}${String.fromCharCode(code + 1)}${text.slice(at + 1)}`;
}
