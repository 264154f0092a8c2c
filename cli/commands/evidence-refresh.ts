// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { PedigreeError } from '../../core/errors.ts';
import { createBoundedFetch } from '../../ingest/collectors/bounded-fetch.ts';
import { publicationOf } from '../../ingest/endorsements/publication.ts';
import { refreshEndorsements } from '../../ingest/endorsements/refresh.ts';
import type { RefreshRow } from '../../ingest/endorsements/refresh.ts';
import { run, writeJson, type CommandContext, type CommonOptions } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { printable, table, type Terminal } from '../output/terminal.ts';
import { systemClock } from '../wire.ts';
import { readBounded, readFolder } from './evidence-verify.ts';

interface RefreshCommandOptions extends CommonOptions {
  readonly kind: string;
  readonly out: string;
  readonly evidence?: string;
  readonly product?: string;
  readonly fmspc?: string;
  readonly ca?: string;
  readonly roots?: string;
  readonly baseUrl?: string;
}

/** `pedigree evidence refresh --kind K --out DIR` */
export function addEvidenceRefresh(evidence: Command, context: CommandContext): void {
  evidence
    .command('refresh')
    .description('fetches certificates, revocation lists and collateral from the vendor')
    .requiredOption('--kind <kind>', 'the kind of evidence that they are for')
    .requiredOption('--out <dir>', 'folder to write to, for verify --endorsements (or --roots)')
    .option('--evidence <file>', 'a piece of it, which says what to ask for')
    .option('--product <name>', 'sev-snp: Milan, Genoa or Turin, where the evidence does not say')
    .option('--fmspc <hex>', 'tdx, sgx: the platform, where there is no evidence')
    .option('--ca <name>', 'tdx, sgx: platform (default) or processor, where there is no evidence')
    .option('--roots <dir>', 'folder of trust anchors in place of the pinned ones')
    .option('--base-url <url>', 'a mirror in place of the vendor; for key sets their address')
    .option('--json', 'JSON on standard output')
    .option('--exit-zero', 'exit 0 whatever the answer')
    .action((options: RefreshCommandOptions) =>
      run(context, options, () => refresh(context, options)),
    );
}

async function refresh(context: CommandContext, options: RefreshCommandOptions): Promise<number> {
  const { kind, out, evidence, product, fmspc, ca, roots, baseUrl } = options;
  const publication = publicationOf({
    kind,
    ...(evidence === undefined ? {} : { evidence: await readBounded(evidence) }),
    ...(product === undefined ? {} : { product }),
    ...(fmspc === undefined ? {} : { fmspc }),
    ...(ca === undefined ? {} : { ca }),
    ...(roots === undefined ? {} : { anchors: await readFolder(roots) }),
    ...(baseUrl === undefined ? {} : { baseUrl: parseBaseUrl(baseUrl) }),
  });
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.on('SIGINT', interrupt);
  try {
    const { hosts } = publication;
    const fetch = createBoundedFetch({ hosts, clock: systemClock, signal: stop.signal });
    const rows = await refreshEndorsements(publication, { folder: out, fetch, at: systemClock() });
    if (options.json === true) writeJson(context, { kind, files: rows });
    else printRows(context.terminal, rows);
    return exitOf(rows);
  } finally {
    process.off('SIGINT', interrupt);
  }
}

function parseBaseUrl(text: string): URL {
  const url = URL.parse(text);
  const isPlain = url !== null && url.username === '' && url.password === '' && url.hash === '';
  if (isPlain && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
  throw new PedigreeError('ERR_USAGE', '--base-url is no plain http: or https: address');
}

/** What is not genuine is graver than what did not come. */
function exitOf(rows: readonly RefreshRow[]): number {
  if (rows.some(({ state }) => state === 'refused')) return EXIT.no;
  return rows.some(({ state }) => state === 'unavailable') ? EXIT.unavailable : EXIT.yes;
}

function printRows(terminal: Terminal, rows: readonly RefreshRow[]): void {
  const head = ['FILE', 'STATE', 'NEXT UPDATE', 'WHAT'];
  const lines = rows.map(({ file, state, nextUpdate, title }) => [
    file ?? '-',
    state,
    nextUpdate ?? '-',
    title,
  ]);
  terminal.out(table([head, ...lines]));
  for (const { file, title, why } of rows) {
    if (why !== null) terminal.out(`  ${file ?? title}: ${printable(why)}\n`);
  }
}
