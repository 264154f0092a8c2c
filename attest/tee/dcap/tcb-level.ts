// SPDX-License-Identifier: Apache-2.0
import { passed } from '../../../core/verdict.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { isSameBytes } from '../../x509/certificate.ts';
import { failure } from '../finding.ts';
import type { EnclaveReport } from './enclave-report.ts';
import type { LevelFacts } from './json-reader.ts';
import type { PckFacts } from './pck.ts';
import type { QeIdentity } from './qe-identity.ts';
import { isSameUnderMask } from './qe-identity.ts';
import type { IsvLevel, TcbInfo, TcbLevel, TdxModule, TdxModuleIdentity } from './tcb-info.ts';

/** The members of a TD report that say which TDX module and SEAM loader are loaded. */
export interface SeamFacts {
  /** 16 bytes: module minor version, module major version, microcode, … As they were when the TD started. */
  readonly teeTcbSvn: Uint8Array;
  /** TDX 1.5 only: the same of now, where the platform was updated since. */
  readonly teeTcbSvn2: Uint8Array | undefined;
  readonly mrSignerSeam: Uint8Array;
  readonly seamAttributes: Uint8Array;
}

/** The level of a TDX module and the name under which Intel lists it. */
export interface ModuleLevel extends LevelFacts {
  readonly id: string;
}

/** Where a platform stands with one set of version numbers. */
export interface PlatformLevels {
  readonly platform: LevelFacts;
  /** Undefined for SGX, and for TDX modules before 1.5, which have no level of their own. */
  readonly module: ModuleLevel | undefined;
}

/** The levels that a platform stands on. */
export interface SelectedLevels extends PlatformLevels {
  /** Of now. Undefined where the report does not tell the start of the TD from now: SGX and TDX 1.0. */
  readonly current: PlatformLevels | undefined;
  readonly qe: LevelFacts;
}

const TCB_CLAUSE = 'Intel PCS API version 4, TCB Info V3, tcbType 0';
const MODULE_CLAUSE = 'Intel PCS API version 4, TCB Info V3, tdxModuleIdentities';

/**
 * Finds the levels of platform, TDX module and quoting enclave. A platform, module or enclave below every level that
 * Intel lists is refused, whatever a policy says.
 * @param seam undefined for SGX
 */
export function selectLevels(
  pck: PckFacts,
  seam: SeamFacts | undefined,
  qeReport: EnclaveReport,
  { tcbInfo, qeIdentity }: { readonly tcbInfo: TcbInfo; readonly qeIdentity: QeIdentity },
): Verdict<SelectedLevels> {
  const fault = seam === undefined ? undefined : findModuleFault(seam, tcbInfo);
  if (fault !== undefined) return fault;
  const atStart = findPlatformLevels(pck, seam?.teeTcbSvn, tcbInfo);
  if (atStart.status !== 'passed') return atStart;
  const now = findCurrentLevels(pck, seam?.teeTcbSvn2, tcbInfo);
  if (now.status !== 'passed') return now;
  const qe = findIsvLevel(qeIdentity.levels, qeReport.isvSvn);
  if (qe === undefined) {
    const message = `the quoting enclave (ISVSVN ${qeReport.isvSvn}) is below every level of its identity`;
    return failure('tcb', 'qe-no-level', message);
  }
  return passed({ ...atStart.value, current: now.value, qe });
}

/** @param teeTcbSvn undefined for SGX */
function findPlatformLevels(
  pck: PckFacts,
  teeTcbSvn: Uint8Array | undefined,
  tcbInfo: TcbInfo,
): Verdict<PlatformLevels> {
  const module = teeTcbSvn === undefined ? passed(undefined) : findModuleLevel(teeTcbSvn, tcbInfo);
  if (module.status !== 'passed') return module;
  const platform = tcbInfo.levels.find((level) => isPlatformAt(level, pck, teeTcbSvn));
  if (platform === undefined) {
    const message = 'the platform is below every TCB level of the TCB info';
    return failure('tcb', 'tcb-no-level', message, { clause: TCB_CLAUSE });
  }
  return passed({ platform, module: module.value });
}

/** Like Intel's library: what runs now has to have a level as well as what ran at the start. */
function findCurrentLevels(
  pck: PckFacts,
  teeTcbSvn: Uint8Array | undefined,
  tcbInfo: TcbInfo,
): Verdict<PlatformLevels | undefined> {
  return teeTcbSvn === undefined ? passed(undefined) : findPlatformLevels(pck, teeTcbSvn, tcbInfo);
}

/** All 16 SGX components, PCESVN, and for TDX the TDX components; each must be at least that of the level. */
function isPlatformAt(level: TcbLevel, pck: PckFacts, teeTcbSvn: Uint8Array | undefined): boolean {
  if (pck.pceSvn < level.pceSvn) return false;
  if (!isAtLeast(pck.sgxComponents, level.sgxComponents, 0)) return false;
  if (teeTcbSvn === undefined) return true;
  // from module version 1 on, the first two numbers are judged by the module's own identity
  const start = moduleVersion(teeTcbSvn) > 0 ? 2 : 0;
  return isAtLeast([...teeTcbSvn], level.tdxComponents, start);
}

function isAtLeast(found: readonly number[], wanted: readonly number[], start: number): boolean {
  return wanted.every((minimum, index) => index < start || (found[index] ?? -1) >= minimum);
}

/** What is wrong with the module that the report names; undefined where it is signed as Intel's list says. */
function findModuleFault(seam: SeamFacts, tcbInfo: TcbInfo): Verdict<never> | undefined {
  if (moduleVersion(seam.teeTcbSvn) === 0) return verifyModuleSigner(seam, tcbInfo.module);
  const identity = findModuleIdentity(seam.teeTcbSvn, tcbInfo);
  return identity.status === 'passed' ? verifyModuleSigner(seam, identity.value) : identity;
}

/** The level of the TDX module of these version numbers. Passed with undefined for a module that has none of its own. */
function findModuleLevel(
  teeTcbSvn: Uint8Array,
  tcbInfo: TcbInfo,
): Verdict<ModuleLevel | undefined> {
  if (moduleVersion(teeTcbSvn) === 0) return passed(undefined);
  const identity = findModuleIdentity(teeTcbSvn, tcbInfo);
  if (identity.status !== 'passed') return identity;
  const { id, levels } = identity.value;
  const isvSvn = teeTcbSvn[0] ?? 0;
  const level = findIsvLevel(levels, isvSvn);
  if (level === undefined) {
    const message = `the TDX module ${id} (ISVSVN ${isvSvn}) is below every level of its identity`;
    return failure('tcb', 'module-no-level', message, { clause: MODULE_CLAUSE });
  }
  return passed({ ...level, id });
}

function findModuleIdentity(teeTcbSvn: Uint8Array, tcbInfo: TcbInfo): Verdict<TdxModuleIdentity> {
  const id = `TDX_${moduleVersion(teeTcbSvn).toString(16).padStart(2, '0').toUpperCase()}`;
  const identity = tcbInfo.moduleIdentities.find((one) => one.id === id);
  if (identity === undefined) {
    const message = `the TCB info has no TDX module identity ${id}`;
    return failure('tcb', 'module-unknown', message, { clause: MODULE_CLAUSE });
  }
  return passed(identity);
}

function verifyModuleSigner(
  seam: SeamFacts,
  module: TdxModule | undefined,
): Verdict<never> | undefined {
  if (module === undefined || !isSameBytes(seam.mrSignerSeam, module.mrSigner)) {
    const message = 'the TDX module is not signed by the signer of the TCB info (MRSIGNERSEAM)';
    return failure('tcb', 'module-signer', message, { clause: MODULE_CLAUSE });
  }
  const { attributes, attributesMask } = module;
  const isKnown = isSameUnderMask(seam.seamAttributes, attributes, attributesMask);
  // modules that Intel signs have no attributes, so that every bit outside the mask must be zero as well
  if (!isKnown || seam.seamAttributes.some((byte) => byte !== 0)) {
    const message = 'the TDX module has other attributes than the TCB info says (SEAMATTRIBUTES)';
    return failure('tcb', 'module-attributes', message, { clause: MODULE_CLAUSE });
  }
  return undefined;
}

function findIsvLevel(levels: readonly IsvLevel[], isvSvn: number): IsvLevel | undefined {
  return levels.find((level) => isvSvn >= level.isvSvn);
}

function moduleVersion(teeTcbSvn: Uint8Array): number {
  return teeTcbSvn[1] ?? 0;
}
