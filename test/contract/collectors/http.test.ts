// SPDX-License-Identifier: Apache-2.0
import { createHttpCollector } from '../../../ingest/collectors/http/collector.ts';
import { LIMITS } from '../../../core/limits.ts';
import { sha256 } from '../../../core/digest.ts';
import { startServer } from '../../support/test-server.ts';
import { describeCollector, type ContractSource } from '../collector.contract.ts';

const TOKEN = 'token-that-nobody-may-see';
const QUERY = 'signature-in-the-address';
const MEGABYTE = new Uint8Array(1024 * 1024).fill(0x20);

type Line = Uint8Array | 'oversized';

/** JSON lines behind a token and a signed address; with validators or without. */
async function openLines(hasValidators: boolean): Promise<ContractSource> {
  const lines: Line[] = [];
  const server = await startServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      response.writeHead(401).end(`what about ${TOKEN}?`);
      return;
    }
    const etag = `"${sha256(JSON.stringify(lines.map(String)))}"`;
    if (hasValidators && request.headers['if-none-match'] === etag) {
      response.writeHead(304).end();
      return;
    }
    response.writeHead(200, hasValidators ? { etag } : {});
    for (const line of lines) {
      if (line !== 'oversized') response.write(line);
      else
        for (let sent = 0; sent <= LIMITS.documentBytes; sent += MEGABYTE.length)
          response.write(MEGABYTE);
      response.write('\n');
    }
    response.end();
  });
  const url = server.url(`/evidence.jsonl?sig=${QUERY}`);
  return {
    collector: createHttpCollector(url),
    hosts: [server.host],
    credentials: { token: TOKEN },
    wrongCredentials: { token: `wrong-${TOKEN}` },
    secrets: [TOKEN, QUERY],
    add: async (_, bytes) => void lines.push(bytes),
    addOversized: async () => void lines.unshift('oversized'),
    breakDown: () => server.close(),
    close: () => server.close(),
  };
}

describeCollector('http lines, with validators', () => openLines(true));
describeCollector('http lines, without validators', () => openLines(false));
