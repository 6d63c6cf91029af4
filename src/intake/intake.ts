/**
 * Deletion reports become records.
 *
 * Promise: an answer `202` is given after everything that was sent is on disk and its row is committed, never before; what
 * is refused is refused whole, with a sentence for each problem, and leaves nothing behind; the same report twice is one.
 *
 * A file may come before its report (uploads.ts): then the report's own commit takes it over.
 *
 * Order of writes: files and large bodies are staged and synced → one statement writes record, fact, files, history and
 * the steps owed → commit → answer. A crash before the commit leaves staged bytes that no row names (the
 * retention worker sweeps them after a day); a crash after it leaves a record that every worker finds. When it is not known whether the commit
 * happened, nothing staged is removed, and the sender's retry with the same key settles it.
 */
export { acceptReport, type AcceptContext, type AgencyReference, type ReceivedReport } from './accept.ts';
export { indexedAnew, saidBy, type IndexedFact, type Said } from './restored.ts';
export { inspectPictures, type InspectContext } from './inspect.ts';
export { UPLOAD_ID, type ReceivedFile } from './form-files.ts';
export { readBrowserForm, readMultipart, type BrowserForm, type ReceivedForm } from './multipart.ts';
export { openAcceptor, knownStaged, type Acceptor } from './queries.ts';
export { sniffMediaType, SNIFF_BYTES } from './media.ts';
export { openRoom, sentenceOf, type Room, type Share } from './room.ts';
export { openStaging, type Staging } from './staging.ts';
export { openUploads, sweepUploads, UPLOAD_LIMIT_BYTES, type Upload, type Uploads } from './uploads.ts';
export type { Owner } from './upload-queries.ts';
export { openPreviewer, type Previewer, type PreviewOutcome } from './previewer.ts';
export { howShown, previewSize, type ShownFile } from './previews.ts';
export { openPictureInspector, type PictureInspector } from './pictures.ts';
export { SimpleReport } from './schema.ts';
export { SubmittedFact, type Channel, type StoredFact } from './fact-schema.ts';
export { rowOf } from './row.ts';
export { PROGRAM_CHANNEL } from './simple.ts';
export { KeptAfterAll, RemovalConfirmation, type ConfirmedRecord } from './removal.ts';
