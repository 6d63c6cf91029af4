/**
 * A production, told in the order in which it is made: a bag (RFC 8493) in a ZIP on this machine's disk, then the gate over every file of it. Nothing
 * of it is put anywhere else here. `src/verify/PRODUCTION.md` specifies what is in it. Records go by some at a time, files in pieces,
 * so that memory does not grow with how many there are.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import canonicalize from 'canonicalize';
import { sha256Hex } from '#commitment.ts';
import type { AgencyTx } from '#db/db.ts';
import { openBag, type Part } from '#export/export.ts';
import { originOf } from '#log/log.ts';
import { signNote } from '#log/note.ts';
import { BAGIT, PRODUCTION_FORMAT, productionNote, type ProductionPaper } from '#verify/verify.ts';
import { affidavitPdf, affidavitPlain } from './affidavit.ts';
import type { ProductionContext } from './context.ts';
import { productionDocuments } from './documents.ts';
import type { Withheld } from './folded.ts';
import type { WithheldFile } from './gate.ts';
import { lookThrough } from './gate-packet.ts';
import { batesNumber, MOST_PICTURE, writeVolume } from './packet-pdf.ts';
import {
  csvLine,
  EXEMPTION_HEAD,
  exemptionCells,
  exemptionRows,
  RECORD_HEAD,
  type ExemptionRow,
} from './packet-words.ts';
import { recordLines } from './packet-csv.ts';
import * as frozen from './frozen-queries.ts';
import { late, proofParts } from './packet-proofs.ts';
import { withBuild, type BuildClaim } from './claims.ts';
import { agencyOf } from './production-queries.ts';
import type { Packed, Production } from './production-queries.ts';
import type { SoftlyWithheld } from './picture-words.ts';
import { readReviewed, type ReviewedRecord } from './reviewed.ts';
import { openRowsFile, type RowsFile } from './rows-file.ts';
import { openZipFile } from './zip-file.ts';

/** Records that are read at the same time, and that lie in memory at once. */
const AT_ONCE = 8;
const BATCH = 500;
/** Of one volume, which is laid out, and later looked through, in memory: two of them at a time. */
const VOLUME_RECORDS = 250;
/** Of the log of exemptions in one volume: a table, which costs more than as many records. */
const VOLUME_EXEMPTIONS = 1000;
/** Of the pictures in one volume: a reader opens it, and the gate reads it whole. */
const VOLUME_BYTES = 48 * 2 ** 20;

export async function buildProduction(
  context: ProductionContext,
  claim: BuildClaim,
  production: Production,
  folder: string,
): Promise<{ readonly path: string; readonly packed: Packed }> {
  const { db, signerOf, now } = context;
  const { agencyId, id } = claim;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const signer = await signerOf(agencyId);
  if (signer === null) throw late('The agency’s log has not begun, so nothing can be signed for it.');
  const inAgency = async <T>(work: (at: AgencyTx) => Promise<T>): Promise<T> =>
    await db.inAgency(agencyId, work);
  const { name: agencyName } = await inAgency(agencyOf);
  const at = new Date(Math.floor(now().getTime() / 1000) * 1000);
  const issuedAt = at.toISOString();
  const path = join(folder, 'production.zip');
  const zip = await openZipFile(path, { top: `production-${production.n}`, at });
  const bag = openBag();
  const add = async (part: Part): Promise<void> => await zip.add(part);
  const prefix = production.batesPrefix;
  const ocr = await context.openOcr();
  const csv = createWriteStream(join(folder, 'records.csv'));
  const exemptions = openRowsFile<ExemptionRow>(join(folder, 'exemptions'));
  const sought: Withheld[] = [];
  const softly: SoftlyWithheld[] = [];
  const soughtFiles: (WithheldFile & { readonly role: string })[] = [];
  const leaving = new Set<string>();
  const pixelsOf = new Map<string, string>();
  const listed: ProductionPaper['records'][number][] = [];
  const volumes: ProductionPaper['volumes'][number][] = [];
  const released: string[] = [];
  let withheld = 0;
  let next = production.batesFirst;
  let recordPages = 0;
  let notOnPages = 0;
  try {
    await add(bag.whole('bagit.txt', BAGIT));
    for (const [name, bytes] of productionDocuments) await add(bag.whole(name, bytes));
    csv.write(csvLine(RECORD_HEAD));
    const reviewed = { ...context, signer, production: id, issuedAt, wacz: production.asked.wacz };
    const whole = {
      ...reviewed,
      wordsUnder: ocr.wordsUnder,
      readPixels: ocr.readPixels,
      keep: async (name: string, bytes: Buffer) => {
        const file = join(folder, name);
        await writeFile(file, bytes);
        return () => createReadStream(file) as AsyncIterable<Buffer>;
      },
    };
    let waiting: ReviewedRecord[] = [];
    let waitingBytes = 0;
    let logged = false;
    /** What waits, as a volume of its own, and its files. */
    const flush = async (log: readonly ExemptionRow[] | null): Promise<void> => {
      if (waiting.length === 0 && log === null) return;
      const volume = volumes.length + 1;
      const made = await writeVolume({
        agencyName,
        production: id,
        request: production.requestId,
        at,
        mode: context.mode,
        first: next,
        prefix,
        volume,
        records: waiting,
        exemptions: log,
        isContinued: log !== null && logged,
        withheld: production.withheld,
        drawn: context.draw,
      });
      const pdfPath = volume === 1 ? 'data/index.pdf' : `data/index-${String(volume).padStart(4, '0')}.pdf`;
      await add(bag.whole(pdfPath, made.pdf));
      for (const [pixels, picture] of made.pixelsOf) pixelsOf.set(pixels, picture);
      volumes.push({
        path: pdfPath,
        first: batesNumber(prefix, next),
        last: batesNumber(prefix, next + made.pages - 1),
        pages: made.pages,
      });
      next += made.pages;
      await withBuild(db, claim, async (tx) => await frozen.writePages(tx, id, made.records));
      for (const record of waiting) {
        const pages = made.records.find(({ n }) => n === record.n);
        if (pages === undefined || record.paper === null) continue;
        recordPages += pages.last - pages.first + 1;
        notOnPages += pages.notShown + record.leftOut.length;
        const paperPath = `data/papers/${record.recordId}.json`;
        await add(bag.whole(paperPath, record.paper));
        const files: { file: number; path: string }[] = [];
        for (const file of record.files) {
          const filePath = `data/records/${record.n}/${file.name}`;
          await add(bag.stream(filePath, file.sizeBytes, await file.open()));
          files.push({ file: file.n, path: filePath });
        }
        const span = { first: batesNumber(prefix, pages.first), last: batesNumber(prefix, pages.last) };
        listed.push({
          n: record.n,
          record: record.recordId,
          answer: record.answer === 'part' ? 'part' : 'release',
          paper: paperPath,
          ...span,
          files,
          leftOut: [...record.leftOut],
        });
        for (const line of recordLines(record, span, files)) if (!csv.write(line)) await once(csv, 'drain');
      }
      waiting = [];
      waitingBytes = 0;
      logged ||= log !== null;
    };
    for (let after = 0; ;) {
      const some = await inAgency(async (tx) => await frozen.frozenRecords(tx, id, { after, limit: BATCH }));
      if (some.length === 0) break;
      after = some.at(-1)?.n ?? after;
      const objects = Map.groupBy(
        await inAgency(
          async (tx) =>
            await frozen.storedObjects(
              tx,
              some.map(({ recordId }) => recordId),
            ),
        ),
        ({ recordId }) => recordId,
      );
      for (let begin = 0; begin < some.length; begin += AT_ONCE) {
        context.signal?.throwIfAborted();
        const read = await Promise.all(
          some
            .slice(begin, begin + AT_ONCE)
            .map(async (one) => await readReviewed(whole, one, objects.get(one.recordId) ?? [])),
        );
        for (const record of read) {
          await exemptions.add(exemptionRows(record, withheld));
          sought.push(...record.withheldWords);
          soughtFiles.push(...record.withheldFiles);
          softly.push(...record.withheldPictures);
          if (record.answer === 'withhold') {
            withheld += 1;
            continue;
          }
          released.push(record.recordId);
          for (const file of record.files) if (!file.burned) leaving.add(file.sha256);
          const pictures = record.files
            .filter(({ mediaType, sizeBytes }) => mediaType.startsWith('image/') && sizeBytes <= MOST_PICTURE)
            .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
          if (
            waiting.length >= (context.volumeRecords ?? VOLUME_RECORDS) ||
            (waiting.length > 0 && waitingBytes + pictures > VOLUME_BYTES)
          )
            await flush(null);
          waiting.push(record);
          waitingBytes += pictures;
        }
      }
    }
    // Behind the records of the last volume; what does not fit there has volumes of its own.
    for await (const { rows } of exemptions.read(context.volumeExemptions ?? VOLUME_EXEMPTIONS))
      await flush(rows);
    csv.end();
    await once(csv, 'finish');
    const csvPath = join(folder, 'records.csv');
    await add(bag.stream('data/records.csv', (await stat(csvPath)).size, createReadStream(csvPath)));
    const logPath = join(folder, 'exemption-log.csv');
    await pipeline(exemptionLines(exemptions), createWriteStream(logPath));
    await add(bag.stream('data/exemption-log.csv', (await stat(logPath)).size, createReadStream(logPath)));
    const { origin, keys } = await inAgency(async (tx) => ({
      origin: await originOf(tx),
      keys: await context.logReader.keysOf(tx),
    }));
    if (origin === null || keys.length === 0) throw late('The agency’s log has published nothing yet.');
    const affidavit = {
      agencyName,
      mode: context.mode,
      notOnPages,
      vkeys: keys.map(({ vkey }) => vkey),
      recordPages,
      inPart: production.part,
      firstPage: batesNumber(prefix, production.batesFirst),
      lastPage: batesNumber(prefix, next - 1),
      at,
    };
    await add(bag.whole('data/affidavit-490-692.pdf', await affidavitPdf(affidavit)));
    await add(bag.whole('data/affidavit-490-692.txt', affidavitPlain(affidavit)));
    const bagInfo = {
      'Source-Organization': agencyName.replaceAll(/\s+/g, ' ').trim(),
      'External-Identifier': id,
      'External-Description': `${listed.length} record(s) produced for a request for public records`,
      'Bagging-Date': issuedAt.slice(0, 10),
      'Bag-Software-Agent': `${context.program.name} ${context.program.version}`,
      'Bag-Group-Identifier': production.requestId,
    };
    const paper: ProductionPaper = {
      format: PRODUCTION_FORMAT,
      agency: agencyId,
      request: production.requestId,
      production: id,
      n: production.n,
      issuedAt,
      origin,
      keys: keys.map(({ vkey, firstSize, lastSize }) => ({ vkey, firstSize, lastSize })),
      signedBy: signer.vkey,
      mode: context.mode,
      program: { ...context.program },
      bagInfo,
      recordPages,
      volumes,
      records: listed,
      withheld,
    };
    await add(bag.whole('data/production.json', canonicalize(paper) ?? ''));
    // The payload is whole.
    const { vkey: _vkey, ...key } = signer;
    const note = productionNote(paper, sha256Hex(bag.manifest('manifest-sha256.txt')));
    await add(bag.whole('proofs/production.note', signNote(note, [key])));
    for await (const part of proofParts(context, agencyId, released, signer.vkey))
      await add(bag.whole(part.path, part.bytes));
    for (const part of bag.last(bagInfo)) await add(part);
    const { sizeBytes, members } = await zip.end();
    const sha256 = await digestOf(path);
    const gate = await lookThrough({
      path,
      sha256,
      members,
      sought,
      soughtFiles: soughtFiles.filter(
        // Of pages that nobody could look at these are the same bytes, and tell of no record more than of the other.
        (file) => file.role !== 'capture-report' || !leaving.has(file.sha256),
      ),
      softly,
      table: csvPath,
      pixelsOf,
      seen: production.asked.seen,
      readPixels: ocr.readPixels,
      signal: context.signal,
    });
    return {
      path,
      packed: {
        gate,
        sha256,
        bytes: sizeBytes,
        files: members.length,
        batesLast: next - 1,
        recordPages,
      },
    };
  } finally {
    csv.destroy();
    exemptions.close();
    await zip.close();
    await ocr.close();
  }
}

async function* exemptionLines(exemptions: RowsFile<ExemptionRow>): AsyncGenerator<string> {
  yield csvLine(EXEMPTION_HEAD);
  for await (const { rows } of exemptions.read(BATCH))
    yield rows.map((row) => csvLine(exemptionCells(row))).join('');
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
