// SPDX-License-Identifier: Apache-2.0
import type { JsonValue } from '../../../core/canonical-json-jcs.ts';
import { excerpt } from '../../../core/errors.ts';
import { member } from '../../../core/json.ts';
import type { DcapTee } from './abi.ts';
import {
  jsonError,
  readBytes,
  readInteger,
  readLevelFacts,
  readList,
  readMember,
  readText,
} from './json-reader.ts';
import type { LevelFacts } from './json-reader.ts';
import { TCB_COMPONENT_COUNT } from './pck.ts';
import { MODULE_STATUSES } from './tcb-status.ts';
import type { TcbStatus } from './tcb-status.ts';

/** A level of the platform: all its minimums must be met. */
export interface TcbLevel extends LevelFacts {
  /** 16 numbers. */
  readonly sgxComponents: readonly number[];
  readonly pceSvn: number;
  /** 16 numbers. Empty in TCB info of SGX. */
  readonly tdxComponents: readonly number[];
}

/** What a TDX module must be signed with. */
export interface TdxModule {
  /** 48 bytes. */
  readonly mrSigner: Uint8Array;
  /** 8 bytes each. */
  readonly attributes: Uint8Array;
  readonly attributesMask: Uint8Array;
}

export interface TdxModuleIdentity extends TdxModule {
  /** `TDX_` and the module's major version as two upper-case hex digits. */
  readonly id: string;
  readonly levels: readonly IsvLevel[];
}

/** A level of something that has one version number: a TDX module, a quoting enclave. */
export interface IsvLevel extends LevelFacts {
  readonly isvSvn: number;
}

export interface TcbInfo {
  readonly fmspc: string;
  readonly pceId: string;
  /** Best first, as Intel sorts them. */
  readonly levels: readonly TcbLevel[];
  /** Undefined in TCB info of SGX. */
  readonly module: TdxModule | undefined;
  readonly moduleIdentities: readonly TdxModuleIdentity[];
}

const HEX = 'hex';

/**
 * Reads TCB info of version 3, apart from what signed-json.ts reads of every signed document.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see Intel PCS API version 4, "TCB Info V3"
 */
export function readTcbInfo(info: JsonValue, tee: DcapTee): TcbInfo {
  // 0 is the only way of comparing levels that is defined
  if (readInteger(info, 'tcbType', 0xffff) !== 0) throw jsonError('tcbType is not 0');
  return {
    fmspc: Buffer.from(readBytes(info, 'fmspc', 6)).toString(HEX),
    pceId: Buffer.from(readBytes(info, 'pceId', 2)).toString(HEX),
    levels: readList(info, 'tcbLevels').map((level) => readTcbLevel(level, tee)),
    module: tee === 'tdx' ? readModule(readMember(info, 'tdxModule')) : undefined,
    moduleIdentities: tee === 'tdx' ? readModuleIdentities(info) : [],
  };
}

/**
 * Levels by one version number, best first.
 * @param possible the statuses that such a level can have
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function readIsvLevels(holder: JsonValue, possible: readonly TcbStatus[]): IsvLevel[] {
  return readList(holder, 'tcbLevels').map((level) => ({
    ...readLevelFacts(level, possible),
    isvSvn: readInteger(readMember(level, 'tcb'), 'isvsvn', 0xffff),
  }));
}

function readTcbLevel(level: JsonValue, tee: DcapTee): TcbLevel {
  const tcb = readMember(level, 'tcb');
  return {
    ...readLevelFacts(level),
    sgxComponents: readComponents(tcb, 'sgxtcbcomponents'),
    pceSvn: readInteger(tcb, 'pcesvn', 0xffff),
    tdxComponents: tee === 'tdx' ? readComponents(tcb, 'tdxtcbcomponents') : [],
  };
}

function readComponents(tcb: JsonValue, key: string): number[] {
  const components = readList(tcb, key);
  if (components.length !== TCB_COMPONENT_COUNT) {
    throw jsonError(`${key} does not have ${TCB_COMPONENT_COUNT} items`);
  }
  return components.map((component) => readInteger(component, 'svn', 0xff));
}

function readModule(module: JsonValue): TdxModule {
  return {
    mrSigner: readBytes(module, 'mrsigner', 48),
    attributes: readBytes(module, 'attributes', 8),
    attributesMask: readBytes(module, 'attributesMask', 8),
  };
}

function readModuleIdentities(info: JsonValue): TdxModuleIdentity[] {
  if (member(info, 'tdxModuleIdentities') === undefined) return [];
  const identities = readList(info, 'tdxModuleIdentities').map((identity) => ({
    ...readModule(identity),
    id: readText(identity, 'id').toUpperCase(),
    levels: readIsvLevels(identity, MODULE_STATUSES),
  }));
  const ids = identities.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw jsonError(`tdxModuleIdentities: ${excerpt(twice)} is there twice`);
  return identities;
}
