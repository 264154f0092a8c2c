// SPDX-License-Identifier: Apache-2.0
import { crc32, deflateRawSync } from 'node:zlib';

/** One member of a zip to make; every field that a hostile writer could set can be set. */
export interface ZipMember {
  readonly name: string | Uint8Array;
  readonly data: string | Uint8Array;
  readonly stored?: boolean;
  /** General purpose bit flag; 1 is encrypted. */
  readonly flags?: number;
  /** POSIX mode, e.g. 0o120777 for a symbolic link. */
  readonly mode?: number;
  readonly method?: number;
  readonly crc?: number;
  /** Size that the headers state. */
  readonly statedSize?: number;
}

const bytesOf = (data: string | Uint8Array): Buffer => Buffer.from(data as string);

/** A zip as PKWARE APPNOTE 4.3 lays it out: local headers with data, central directory, end record. */
export function makeZip(members: readonly ZipMember[], statedCount = members.length): Uint8Array {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const name = bytesOf(member.name);
    const data = bytesOf(member.data);
    const packed = member.stored === true ? data : deflateRawSync(data);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE((member.flags ?? 0) | 0x800, 2);
    common.writeUInt16LE(member.method ?? (member.stored === true ? 0 : 8), 4);
    common.writeUInt32LE(member.crc ?? crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(member.statedSize ?? data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((member.mode ?? 0) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, tail, name]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(statedCount, 4);
  end.writeUInt16LE(statedCount, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

/** One member of a tar to make. */
export interface TarMember {
  readonly name: string;
  readonly data?: string | Uint8Array;
  /** `0` file, `1` hard link, `2` symbolic link, `5` directory, `6` fifo. */
  readonly type?: string;
  readonly link?: string;
  /** Size that the header states. */
  readonly statedSize?: number;
}

/** A ustar archive (POSIX pax, "ustar Interchange Format"). */
export function makeTar(
  members: readonly TarMember[],
  options: { endMarker?: boolean } = {},
): Uint8Array {
  const blocks: Buffer[] = [];
  for (const member of members) {
    const data = bytesOf(member.data ?? '');
    blocks.push(
      tarHeader(member, data.length),
      data,
      Buffer.alloc((512 - (data.length % 512)) % 512),
    );
  }
  if (options.endMarker !== false) blocks.push(Buffer.alloc(1024));
  return Buffer.concat(blocks);
}

function tarHeader(member: TarMember, size: number): Buffer {
  const header = Buffer.alloc(512);
  header.write(member.name, 0, 100);
  header.write('0000644\0', 100);
  header.write(`${(member.statedSize ?? size).toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write(member.type ?? '0', 156);
  header.write(member.link ?? '', 157, 100);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
