/**
 * Production: reviewed records become something that may leave.
 *
 * Promise: nothing is withheld without a provision that a person cited, with how well we have read it; what is withheld is in no byte of what
 * leaves, nor its length, nor anything that confirms a guess; what is released proves itself against the seal of the original, and so
 * does that the rest was closed and not changed. Before anything leaves a gate looks through all of it. What it could not look at is
 * a reason to stop, never a pass.
 *
 * A production is a frozen list of decisions, packed and looked through on this machine's disk (`build.ts`), sealed in the store (`run.ts`), and handed out
 * as those bytes (`productions.ts`). What a crash leaves: the head of `run.ts`.
 *
 * The rest, but for the table of decisions, is pure: bytes and decisions in, bytes and findings out; but that strangers' pictures are opened, and read, in
 * processes of their own (`burnApart`, `openOcr`). Nothing here decides; a person did, or will.
 */
export {
  cite,
  citableOn,
  type Citable,
  type Citation,
  type CitationInput,
  type Needs,
} from './exemptions.ts';
export { SEPARATION, type ReadingMark } from './exemption-list.ts';
export { digitValue, openFinder, type Finder, type Found, type Withheld } from './folded.ts';
export {
  elsewhereIn,
  redactText,
  textOf,
  type Elsewhere,
  type Mark,
  type Passage,
  type Piece,
  type RedactedText,
} from './text.ts';
export {
  produceRecord,
  type CitedBox,
  type Derived,
  type FieldDecision,
  type FileDecision,
  type ProducedRecord,
  type ReviewedRecord,
} from './redacted-record.ts';
export {
  passGate,
  type GateOptions,
  type GateVerdict,
  type PacketFile,
  type PixelReading,
  type WithheldFile,
} from './gate.ts';
export type { Hit, Unread } from './gate-look.ts';
export { burnApart } from './apart.ts';
export { ocrEngine, openOcr, type NotRead, type Ocr } from './ocr.ts';
export type { WordsRead } from './ocr-words.ts';
export { burnPicture, type Box, type BurnedPicture } from './pictures.ts';
export type { ProductionContext } from './context.ts';
export { buildStanding, type BuildStanding } from './claims.ts';
export { renewProductions, runProductions, sweepProductions } from './run.ts';
export {
  askForProduction,
  downloadProduction,
  enterProductionView,
  packAgain,
  productionByLink,
  releaseProduction,
  withdrawProduction,
  type SealedBytes,
} from './productions.ts';
export { productionDocuments } from './documents.ts';
export { formatWish, type Format, type FormatWish } from './format-wish.ts';
export { recordsNamed } from './frozen-queries.ts';
export { downloadsOf, linksOf, type Download, type Link } from './link-queries.ts';
export {
  countProductions,
  listProductions,
  readProduction,
  requestExists,
  undecided,
  type Asked,
  type GateSaid,
  type Production,
} from './production-queries.ts';
export { suggest, type Suggestion, type SuggestionKind } from './suggest.ts';
export { carriersOf, goingOut, type Going } from './going-out.ts';
export { readAlike, undecidedAmong } from './alike-queries.ts';
export { alikeIn, NEARLY, type LooksLike } from './alike.ts';
export { reviewProblems, type Review, type ToReview } from './review.ts';
export {
  dated,
  ExemptionSaid,
  provisionsOf,
  reviewShape,
  ReviewShape,
  type ExemptionKept,
  type ReviewField,
  type ReviewFile,
  type ReviewSaid,
} from './review-shape.ts';
export {
  besideInSet,
  countSet,
  decidedElsewhere,
  readInSet,
  readReviewable,
  sealStoppedAt,
  readReviews,
  readSet,
  type Reviewable,
  type ReviewRow,
  type SetCount,
  type SetFilter,
  type SetRow,
} from './review-queries.ts';
export { withheldIn, type WithheldSaid } from './withheld-queries.ts';
export { decideForAll, type Decision, type Other } from './reviews.ts';
export { likenessOf, ownFiles, seenAlready } from './same-for.ts';
