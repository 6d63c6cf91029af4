/**
 * A record as the room reads it: the row alone, what a receipt is made of, and the whole. Facts are what can be large, so
 * each of the three says how much of them it brings.
 */
import type {
  ArtifactOrigin,
  ArtifactTextState,
  LookAnswer,
  PictureFinding,
  RecordState,
  StoredOutcome,
} from '#db/db.ts';
import type { AskedFact } from './asked.ts';

export interface ArtifactView {
  readonly n: number;
  readonly artifactId: string;
  readonly origin: ArtifactOrigin;
  readonly role: string;
  readonly mediaType: string;
  readonly claimedType: string | null;
  readonly originalName: string | null;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly receivedAt: string;
  readonly factN: number | null;
  readonly picture: PictureFinding | null;
  readonly seal: {
    readonly no: number;
    readonly key: string;
    readonly versionId: string;
    readonly lockedUntil: string;
  } | null;
}

/** What a program read in a picture. It has errors, and proves nothing. */
export interface PictureReadView {
  readonly state: ArtifactTextState;
  readonly text: string | null;
  readonly words: number | null;
  /** The mean of its words, 0 to 100, as the program says it of itself. */
  readonly confidence: number | null;
  readonly engine: string | null;
  /** Why it was not read. */
  readonly code: string | null;
  readonly at: string | null;
}

export interface SealView {
  readonly no: number;
  readonly openedAt: string;
  readonly sealedAt: string | null;
  readonly storeKind: 'folder' | 's3' | null;
  readonly immutability: 'compliance' | 'advisory' | null;
  /** Of the installation that made it. */
  readonly mode: 'trial' | 'production';
  readonly objects: readonly ObjectView[];
}

export interface ObjectView {
  readonly role: string;
  readonly key: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly versionId: string | null;
  readonly lockedUntil: string | null;
  readonly confirmedAt: string | null;
}

/** What a list shows of a record. */
export interface ListedRecord {
  readonly recordId: string;
  readonly state: RecordState;
  readonly receivedAt: string;
  readonly platform: string;
  readonly account: string;
  readonly accountRegistered: boolean;
  readonly kind: string;
  readonly verb: string;
  readonly grounds: readonly string[];
  readonly excerpt: string | null;
  readonly author: string | null;
  readonly captureOutcome: StoredOutcome | null;
  readonly removal: 'awaited' | 'confirmed' | 'none';
}

/** Without any fact, file or seal. */
export interface RecordRow extends ListedRecord {
  readonly agencyId: string;
  readonly subject: string;
  readonly address: string | null;
  readonly capture: Record<string, unknown> | null;
  readonly removedAt: Record<string, unknown> | null;
  readonly classification: {
    readonly edition: string;
    readonly series: string;
    readonly reason: string | null;
  } | null;
}

export interface OwedStep {
  readonly step: string;
  readonly since: string;
  readonly failures: number;
  readonly parked: boolean;
  readonly code: string | null;
  /** In general words, by its code: what the error itself said may name machines and keys. */
  readonly reason: string | null;
}

/** The page once more, after a removal was confirmed: what a visitor without an account saw. */
export interface SecondLookView {
  /** The fact that said that it was removed. */
  readonly factN: number;
  readonly lookedAt: string;
  readonly answer: LookAnswer;
  /** Why it is unknown; null when it is not. */
  readonly because: string | null;
  readonly outcome: StoredOutcome;
  /** Its address, evidence, times, and the ids of its files. */
  readonly finding: Record<string, unknown>;
}

interface RecordParts extends RecordRow {
  readonly artifacts: readonly ArtifactView[];
  readonly seals: readonly SealView[];
  readonly owed: readonly OwedStep[];
}

/** A fact as far as the safety rule weighs it, without what it says. */
export interface WeighedFact extends AskedFact {
  readonly sealNo: number | null;
  /** It has a note. */
  readonly noted: boolean;
}

/** What a receipt is made of. It is read each time that somebody looks, so no fact is in it. */
export interface StandingView extends RecordParts {
  readonly facts: readonly WeighedFact[];
  /** The newest. */
  readonly secondLook: SecondLookView | null;
}

export interface FactView {
  readonly n: number;
  readonly type: string;
  readonly source: string;
  readonly id: string;
  readonly recordedAt: string;
  readonly sealNo: number | null;
  readonly confirms: boolean;
  readonly deliveries: number;
  readonly body: Record<string, unknown>;
}

/** The whole, its facts by pages. */
export interface RecordView extends RecordParts {
  readonly artifacts: readonly (ArtifactView & {
    /** Null: it is not a picture that is read, or not sealed yet. */
    readonly read: PictureReadView | null;
  })[];
  readonly facts: readonly FactView[];
  /** The last fact shown, when there are more behind it; null: these were the last. */
  readonly nextFacts: number | null;
  /** One for each confirmed removal that was looked after, oldest first. */
  readonly secondLooks: readonly SecondLookView[];
}

export interface HistoryEntry {
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly actor: string;
  readonly body: Record<string, unknown>;
}
