// SPDX-License-Identifier: Apache-2.0

/**
 * The bytes under a DSSE signature: `"DSSEv1" SP LEN(type) SP type SP LEN(body) SP body`, lengths in bytes, decimal ASCII.
 * @see https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md "Signature Definition"
 */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const typeLength = Buffer.byteLength(payloadType);
  const head = Buffer.from(`DSSEv1 ${typeLength} ${payloadType} ${payload.length} `);
  const bytes = new Uint8Array(head.length + payload.length);
  bytes.set(head, 0);
  bytes.set(payload, head.length);
  return bytes;
}
