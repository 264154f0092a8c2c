// SPDX-License-Identifier: Apache-2.0
import { TCB_STATUSES } from '../../attest/tee/dcap/tcb-status.ts';
import type { DcapTee } from '../../attest/tee/dcap/abi.ts';
import {
  COMPONENTS,
  isvLevel,
  makeDcapInput,
  makeDcapKeys,
  moduleIdentity,
  PCE_SVN,
  QE_SVN,
  TEE_TCB_SVN,
  tcbLevel,
} from '../unit/attest/tee/dcap/fake-dcap.ts';
import type { FakeDcap } from '../unit/attest/tee/dcap/fake-dcap.ts';
import { sequence, tlv } from '../unit/attest/tee/support/fake-pki.ts';
import type { Variant } from './peer.ts';

type Options = Omit<FakeDcap, 'keys'>;
type Json = Record<string, unknown>;
type Make = (change: string, options: Options) => Variant;

/** Quotes and collateral that are made and signed here, for one TEE. */
export function dcapVariants(tee: DcapTee): readonly Variant[] {
  const keys = makeDcapKeys();
  const make: Make = (change, options) => [
    change,
    makeDcapInput({
      keys,
      tee,
      ...(tee === 'sgx' ? { version: 3 as const } : {}),
      ...options,
      rootCrl: { ...LIST, ...options.rootCrl },
      pckCrl: { ...LIST, ...options.pckCrl },
    }),
  ];
  return [
    make('as it should be', {}),
    ...componentVariants(make, tee),
    ...windowVariants(make),
    ...revocationVariants(make),
    ...qeVariants(make),
    ...documentVariants(make),
    ...formVariants(make, tee),
    ...(tee === 'tdx' ? tdxVariants(make) : statusVariants(make, [undefined])),
  ];
}

/** Lists of Intel's have a number and name their issuer's key; dcap-qvl asks for both. */
const LIST = {
  extensions: [
    { oid: '2.5.29.20', value: Buffer.from([2, 1, 1]) },
    { oid: '2.5.29.35', value: sequence(tlv(0x80, Buffer.alloc(20, 0x5a))) },
  ],
};

/** Every status of the platform with every status of the quoting enclave, and of the module where there is one. */
function statusVariants(
  make: Make,
  moduleStatuses: readonly (string | undefined)[],
): readonly Variant[] {
  return TCB_STATUSES.flatMap((platform) =>
    moduleStatuses.flatMap((module) =>
      TCB_STATUSES.map((qe) =>
        make(`status platform ${platform}, module ${module ?? 'none'}, enclave ${qe}`, {
          tcbInfo: (info) => ({
            ...info,
            tcbLevels: [tcbLevel(platform, { advisories: ['INTEL-SA-00001'] })],
            ...(module === undefined ? {} : withModule(6, module)),
          }),
          qeIdentity: (identity) => ({
            ...identity,
            tcbLevels: [isvLevel(QE_SVN, qe, ['INTEL-SA-00003'])],
          }),
        }),
      ),
    ),
  );
}

function withModule(isvsvn: number, status: string): Json {
  const level = isvLevel(isvsvn, status, ['INTEL-SA-00002']);
  return { tdxModuleIdentities: [moduleIdentity('TDX_01', level)] };
}

/** Each component one above what the platform has; a lower level behind, or none. */
function componentVariants(make: Make, tee: DcapTee): readonly Variant[] {
  const raised = (list: readonly number[], index: number): number[] =>
    list.map((svn, at) => (at === index ? svn + 1 : svn));
  const indexes = [...COMPONENTS.keys()];
  const tdx = [0, 0, ...TEE_TCB_SVN.slice(2)];
  const levels = [
    ...indexes.map((index) => ({
      name: `SGX component ${index}`,
      first: { sgx: raised(COMPONENTS, index) },
    })),
    { name: 'PCESVN', first: { pceSvn: PCE_SVN + 1 } },
    ...(tee === 'tdx' ? indexes : []).map((index) => ({
      name: `TDX component ${index}`,
      first: { tdx: raised(tdx, index) },
    })),
  ];
  return levels.flatMap(({ name, first }) => [
    make(`${name} too low`, {
      tcbInfo: (info) => ({ ...info, tcbLevels: [tcbLevel('UpToDate', first)] }),
    }),
    make(`${name} too low for the first level`, {
      tcbInfo: (info) => ({
        ...info,
        tcbLevels: [tcbLevel('UpToDate', first), tcbLevel('OutOfDate')],
      }),
    }),
  ]);
}

function windowVariants(make: Make): readonly Variant[] {
  const edges = ['2025-06-30T23:59:59Z', '2025-07-01T00:00:00Z', '2025-07-01T00:00:01Z'];
  const roles = ['root', 'ca', 'pck', 'tcbSigning'] as const;
  return edges.flatMap((edge) => [
    ...roles.flatMap((role) => [
      make(`${role} from ${edge}`, { certificates: { [role]: { notBefore: edge } } }),
      make(`${role} until ${edge}`, { certificates: { [role]: { notAfter: edge } } }),
    ]),
    make(`root list from ${edge}`, { rootCrl: { thisUpdate: edge } }),
    make(`root list until ${edge}`, { rootCrl: { nextUpdate: edge } }),
    make(`PCK list from ${edge}`, { pckCrl: { thisUpdate: edge } }),
    make(`PCK list until ${edge}`, { pckCrl: { nextUpdate: edge } }),
    make(`TCB info from ${edge}`, { tcbInfo: (info) => ({ ...info, issueDate: edge }) }),
    make(`TCB info until ${edge}`, { tcbInfo: (info) => ({ ...info, nextUpdate: edge }) }),
    make(`QE identity from ${edge}`, { qeIdentity: (one) => ({ ...one, issueDate: edge }) }),
    make(`QE identity until ${edge}`, { qeIdentity: (one) => ({ ...one, nextUpdate: edge }) }),
  ]);
}

function revocationVariants(make: Make): readonly Variant[] {
  return [
    make('the root is revoked', { rootCrl: { revoked: [[0x11]] } }),
    make('the CA is revoked', { rootCrl: { revoked: [[0x22]] } }),
    make('the TCB signer is revoked', { rootCrl: { revoked: [[0x44]] } }),
    make('the PCK is revoked', { pckCrl: { revoked: [[0x33]] } }),
    make('somebody else is revoked', { pckCrl: { revoked: [[0x34]] } }),
    make('a list without an end', { pckCrl: { nextUpdate: null } }),
    make('a PCK list of another name', { pckCrl: { issuer: 'Intel SGX PCK Processor CA' } }),
    make('a root list of another name', { rootCrl: { issuer: 'another' } }),
  ];
}

function qeVariants(make: Make): readonly Variant[] {
  const identity = (change: string, members: Json): Variant =>
    make(`QE identity ${change}`, { qeIdentity: (one) => ({ ...one, ...members }) });
  const report = (change: string, edit: (report: Buffer) => void): Variant =>
    make(`QE report ${change}`, { editQeReport: edit });
  return [
    identity('version 1', { version: 1 }),
    identity('version 3', { version: 3 }),
    identity('of SGX', { id: 'QE' }),
    identity('of TDX', { id: 'TD_QE' }),
    identity('other product', { isvprodid: 3 }),
    identity('other signer', { mrsigner: '11'.repeat(32) }),
    identity('other MISCSELECT', { miscselect: '00000001' }),
    identity('MISCSELECT outside its mask', {
      miscselect: '00000001',
      miscselectMask: 'FFFFFFFE',
    }),
    identity('attributes outside their mask', {
      attributes: '15000000000000000000000000000000',
    }),
    identity('no level low enough', { tcbLevels: [isvLevel(QE_SVN + 1, 'UpToDate')] }),
    identity('second level', {
      tcbLevels: [isvLevel(QE_SVN + 1, 'UpToDate'), isvLevel(QE_SVN, 'OutOfDate')],
    }),
    identity('levels in the wrong order', {
      tcbLevels: [isvLevel(1, 'OutOfDate'), isvLevel(QE_SVN, 'UpToDate')],
    }),
    report('debug', (bytes) => {
      bytes[48] = (bytes[48] ?? 0) | 0x02;
    }),
    report('MISCSELECT', (bytes) => bytes.writeUInt32LE(1, 16)),
    report('data longer than a digest', (bytes) => bytes.fill(1, 352, 384)),
    ...[0, 16, 31, 33, 64, 1000].map((size) =>
      make(`authentication data of ${size} bytes`, { authData: Buffer.alloc(size, 7) }),
    ),
  ];
}

function documentVariants(make: Make): readonly Variant[] {
  const info = (change: string, edit: (one: Json) => Json): Variant =>
    make(`TCB info ${change}`, { tcbInfo: edit });
  return [
    ...[1, 2, 4].map((version) => info(`version ${version}`, (one) => ({ ...one, version }))),
    info('of SGX', (one) => ({ ...one, id: 'SGX' })),
    info('of TDX', (one) => ({ ...one, id: 'TDX' })),
    info('of another FMSPC', (one) => ({ ...one, fmspc: '00606A000000' })),
    info('of another PCEID', (one) => ({ ...one, pceId: '0001' })),
    info('FMSPC in lower case', (one) => ({ ...one, fmspc: String(one['fmspc']).toLowerCase() })),
    info('tcbType 1', (one) => ({ ...one, tcbType: 1 })),
    info('without tcbType', ({ tcbType: _gone, ...one }) => one),
    info('without an evaluation number', ({ tcbEvaluationDataNumber: _gone, ...one }) => one),
    info('with a status nobody knows', (one) => ({
      ...one,
      tcbLevels: [tcbLevel('Splendid')],
    })),
    info('without levels', (one) => ({ ...one, tcbLevels: [] })),
    info('levels in the wrong order', (one) => ({
      ...one,
      tcbLevels: [tcbLevel('OutOfDate', { pceSvn: 1 }), tcbLevel('UpToDate')],
    })),
    info('with members nobody knows', (one) => ({ ...one, somethingNew: { a: 1 } })),
  ];
}

function formVariants(make: Make, tee: DcapTee): readonly Variant[] {
  const chain = (change: string, order: NonNullable<Options['chain']>): Variant =>
    make(`PCK chain ${change}`, { chain: order });
  const form = tee === 'tdx' ? 'td10' : 'sgx';
  return [
    ...([3, 4, 5] as const).map((version) => make(`quote version ${version}`, { version, form })),
    make('processor CA', { caName: 'Intel SGX PCK Processor CA' }),
    make('another CA name', { caName: 'Intel SGX PCK Other CA' }),
    make('another vendor', { vendor: Buffer.alloc(16, 1) }),
    make('something behind the quote', { trailing: Buffer.from('tail') }),
    make('zeroes behind the quote', { trailing: Buffer.alloc(100) }),
    chain('without the root', ({ leaf, ca }) => leaf + ca),
    chain('in another order', ({ leaf, ca, root }) => leaf + root + ca),
    chain('of the leaf alone', ({ leaf }) => leaf),
    chain('with the CA twice', ({ leaf, ca, root }) => leaf + ca + ca + root),
    chain('root first', ({ leaf, ca, root }) => root + ca + leaf),
    make('PCK is a CA', { certificates: { pck: { isCa: true } } }),
    make('CA is no CA', { certificates: { ca: { isCa: false } } }),
    make('TCB signer of another name', { certificates: { tcbSigning: { subject: 'another' } } }),
    make('PCK of another name', { certificates: { pck: { subject: 'another' } } }),
    make('header user data', { editSigned: (signed) => signed.fill(9, 28, 48) }),
    make('header SVNs', { editSigned: (signed) => signed.fill(9, 8, 12) }),
  ];
}

function tdxVariants(make: Make): readonly Variant[] {
  const attribute = (bit: number): Variant =>
    make(`TD attribute bit ${bit} other`, {
      editBody: (body) => {
        const at = 120 + (bit >> 3);
        body[at] = (body[at] ?? 0) ^ (1 << (bit & 7));
      },
    });
  const modules = (change: string, ...identities: Json[]): Variant =>
    make(`module identities ${change}`, {
      tcbInfo: (info) => ({ ...info, tdxModuleIdentities: identities }),
    });
  const level = isvLevel(6, 'UpToDate');
  return [
    ...statusVariants(make, ['UpToDate', 'OutOfDate', 'Revoked', 'ConfigurationNeeded']),
    ...[0, 1, 4, 6, 7, 27, 28, 29, 30, 31, 32, 62, 63].map(attribute),
    modules('of another major version', moduleIdentity('TDX_03', level)),
    modules('in lower case', moduleIdentity('tdx_01', level)),
    modules('twice', moduleIdentity('TDX_01', level), moduleIdentity('TDX_01', level)),
    modules(
      'of several versions',
      moduleIdentity('TDX_03', level),
      moduleIdentity('TDX_01', level),
    ),
    modules('too new', moduleIdentity('TDX_01', isvLevel(7, 'UpToDate'))),
    make('no module identities', {
      tcbInfo: ({ tdxModuleIdentities: _gone, ...info }) => info,
    }),
    make('no module', { tcbInfo: ({ tdxModule: _gone, ...info }) => info }),
    make('module of version 0', { editBody: (body) => body.set([3, 0], 0) }),
    make('module of version 0 too old', {
      editBody: (body) => body.set([3, 0], 0),
      tcbInfo: (info) => ({
        ...info,
        tcbLevels: [tcbLevel('UpToDate', { tdx: [4, 0, ...TEE_TCB_SVN.slice(2)] })],
      }),
    }),
    make('module of another signer', { editBody: (body) => body.fill(1, 64, 112) }),
    make('module with attributes', { editBody: (body) => body.fill(1, 112, 120) }),
    ...tdx15Variants(make),
  ];
}

/** TDX 1.5: two TCB levels in one report, of the start of the TD and of now; and the longer report of 1.5ex. */
function tdx15Variants(make: Make): readonly Variant[] {
  const now = (change: string, svn: readonly number[], options: Options = {}): Variant =>
    make(`TDX 1.5, ${change}`, {
      version: 5,
      form: 'td15',
      ...options,
      editBody: (body) => {
        body.set(TEE_TCB_SVN, 584);
        body.set(svn, 584);
        options.editBody?.(body);
      },
    });
  const levels = (start: string, current: string): Options => ({
    tcbInfo: (info) => ({
      ...info,
      tcbLevels: [
        tcbLevel(current, { tdx: [0, 0, 4].concat(Array.from({ length: 13 }, () => 0)) }),
        tcbLevel(start, { tdx: Array.from({ length: 16 }, () => 0) }),
      ],
    }),
  });
  return [
    make('TDX 1.0 in version 5', { version: 5, form: 'td10' }),
    now('nothing newer', TEE_TCB_SVN),
    now('module updated', [7, 1, 3]),
    now('module updated to another major version', [0, 3, 3]),
    now('module below every level now', [1, 1, 3]),
    now('platform below every level now', [6, 1, 2]),
    now('a service TD', TEE_TCB_SVN, { editBody: (body) => body.fill(5, 600, 648) }),
    ...TCB_STATUSES.flatMap((start) =>
      TCB_STATUSES.map((current) =>
        now(`platform ${start} at the start, ${current} now`, [6, 1, 4], levels(start, current)),
      ),
    ),
    ...(['UpToDate', 'OutOfDate', 'Revoked'] as const).map((status) =>
      now(`module ${status} at the start, newer now`, [8, 1, 3], {
        tcbInfo: (info) => ({
          ...info,
          tdxModuleIdentities: [
            moduleIdentity('TDX_01', isvLevel(8, 'UpToDate'), isvLevel(2, status)),
          ],
        }),
      }),
    ),
  ];
}
