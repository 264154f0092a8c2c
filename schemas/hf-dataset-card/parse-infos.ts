// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { isJsonObject, member, pointerJoin, stringMember } from '../../core/json.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { DatasetInfo, DownloadedFile } from './model.ts';

/**
 * Parses a `dataset_infos.json` (older name of the `dataset_info` card member): configurations and the files that each was
 * downloaded as.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where the value is no map of configurations
 * @see https://github.com/huggingface/datasets/blob/main/src/datasets/info.py
 */
export function parseHfDatasetInfos(value: JsonValue): readonly DatasetInfo[] {
  if (!isJsonObject(value)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'dataset infos are not a map of configurations');
  }
  return Object.entries(value).map(([config, info]) => readInfo(config, info));
}

function readInfo(config: string, info: JsonValue): DatasetInfo {
  const pointer = pointerJoin('', config);
  const version = readVersion(member(info, 'version'));
  const license = stringMember(info, 'license');
  return {
    config,
    ...(version === undefined ? {} : { version }),
    ...(license === undefined || license === '' ? {} : { license }),
    splits: readSplits(member(info, 'splits')),
    downloads: readDownloads(member(info, 'download_checksums'), pointer),
    pointer,
  };
}

/** Written as an object {version_str, major, minor, patch}, and as plain text by newer writers. */
function readVersion(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  const text = stringMember(value, 'version_str');
  if (text !== undefined && text !== '') return text;
  const parts = ['major', 'minor', 'patch'].map((part) => member(value, part));
  return parts.every((part) => typeof part === 'number') ? parts.join('.') : undefined;
}

function readSplits(value: JsonValue | undefined): Map<string, number> {
  const splits = new Map<string, number>();
  if (!isJsonObject(value)) return splits;
  for (const [name, split] of Object.entries(value)) {
    const examples = member(split, 'num_examples');
    if (typeof examples === 'number') splits.set(name, examples);
  }
  return splits;
}

function readDownloads(value: JsonValue | undefined, base: string): DownloadedFile[] {
  if (!isJsonObject(value)) return [];
  return Object.entries(value).map(([url, file]) => {
    const checksum = stringMember(file, 'checksum');
    const size = member(file, 'num_bytes');
    return {
      url,
      ...(checksum === undefined ? {} : { checksum }),
      ...(typeof size === 'number' ? { sizeBytes: String(size) } : {}),
      pointer: pointerJoin(base, 'download_checksums', url),
    };
  });
}
