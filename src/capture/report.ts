/** The end of a capture: its outcome by the rules, and the report that a court can read without us. */
import { destinationOf } from './addresses.ts';
import { EGRESS_LIMITS } from './egress.ts';
import type { EgressLane } from './egress.ts';
import { writeCaptured } from './files.ts';
import { openLimitMs, READINESS } from './readiness.ts';
import { REVEAL } from './reveal.ts';
import type { CapturedFile, CaptureEvidence, CaptureRequest, CaptureResult } from './result.ts';
import { judge, THRESHOLDS } from './rules.ts';
import type { Observed } from './rules.ts';
import { PAGE_LIMITS, VIEWPORT } from './story.ts';
import type { Depth, PageOptions, Story } from './story.ts';
import type { SignWacz } from './signature.ts';
import { ELEMENT_LIMITS, targetQuery } from './target.ts';
import { TILES } from './tiles.ts';
import { TRAFFIC_LIMITS } from './traffic.ts';
import type { ArchivedPage } from './wacz.ts';

/** Evidence that the page may hold more than was seen of it. */
export const NOT_SEEN_WHOLE = 'page-not-seen-whole';

/** Judges what was seen and writes the report, the last file of a capture. */
export async function conclude(
  story: Story,
  request: CaptureRequest,
  { running, lane, tool, sign }: PageOptions,
  depth: Depth = 'whole',
): Promise<CaptureResult> {
  const main = story.traffic?.main ?? null;
  const finalAddress = story.finalAddress ?? main?.address ?? null;
  const egress = egressOf(
    main?.address ?? request.address,
    main === null || main.fromProxy || main.status === null,
    lane,
  );
  const pictures = story.files.filter((file) => file.mediaType === 'image/png');
  if (story.rest !== null && story.rest.unrest !== null)
    story.missing.push(`the page did not come to rest in ${story.rest.waitedMs} ms: ${story.rest.unrest}`);
  // A later limit than the one that ended everything: what was read and pictured before it stands.
  const incomplete = story.timedOut !== null && story.sight !== null && pictures.length > 0;
  if (incomplete)
    story.missing.push(`the capture was ended at ${story.timedOut?.ms} ms (${story.timedOut?.rule})`);
  if (story.crashed && pictures.length > 0)
    story.missing.push('the page crashed before the capture was done');
  story.missing.push(...(story.revealed?.limits ?? []));
  if (story.textCut) story.missing.push('text cut: the page has more of it than is read');
  if (story.treeUnread) story.missing.push('the page is too large for its closed shadow roots to be read');
  if (story.glyphs.missing.length > 0)
    story.missing.push(`no font had a glyph for ${story.glyphs.missing.length} characters of the text`);
  // Whatever is not on such a page may still be there.
  const unseen = [
    ...(story.revealed?.limits ?? []),
    ...(story.rest?.unrest == null ? [] : [story.rest.unrest]),
    ...(story.timedOut === null && !story.crashed ? [] : ['ended early']),
    ...(story.unread > 0 ? ['frames that did not answer'] : []),
    ...(story.textCut ? ['text cut'] : []),
    ...(story.treeUnread ? ['closed shadow roots'] : []),
  ];
  const found = [...new Set([...story.missing, ...(story.traffic?.missing() ?? [])])];

  const answered = main !== null && main.status !== null && !main.fromProxy;
  const seen: Observed = {
    refusedAddress: story.refusedAddress,
    egress,
    navigationError: story.navigationError,
    timedOut: incomplete ? null : story.timedOut,
    rendererCrashed: story.crashed && pictures.length === 0,
    status: answered ? main.status : null,
    askedPath: pathOf(request.address),
    finalPath: finalAddress === null ? null : pathOf(finalAddress),
    sight: story.sight,
    targetFound: story.search?.found != null,
    consentLeft: story.consentLeft,
    missing: found,
  };
  const verdict = judge(seen);
  const missing = verdict.missing ?? found;
  // A page that our proxy wrote, or the browser, is no picture of anything.
  const nothingSeen =
    story.refusedAddress !== null || egress.verdict !== 'passed' || story.navigationError !== null;
  const files: CapturedFile[] = nothingSeen ? [] : [...story.files];
  if (!nothingSeen && story.text !== null && depth === 'whole')
    files.unshift(await writeCaptured(request.scratchDir, 'page-text', Buffer.from(story.text, 'utf8')));
  const archive =
    depth === 'whole' && story.refusedAddress === null ? await archived(story, files, lane, sign) : null;
  if (archive !== null) files.push(archive.file);
  const evidence: CaptureEvidence[] = [
    ...verdict.evidence,
    ...(nothingSeen ? [] : (story.search?.evidence ?? [])),
    ...(unseen.length === 0 ? [] : [{ rule: NOT_SEEN_WHOLE, figure: unseen.length, threshold: 0 }]),
    ...(story.consent === null
      ? []
      : [
          {
            rule: `consent-layer-${story.consent.done}`,
            figure: story.consent.share,
            threshold: THRESHOLDS.consentShare,
          },
        ]),
  ];
  const result: Omit<CaptureResult, 'files'> = {
    outcome: verdict.outcome,
    evidence,
    target: nothingSeen ? null : (story.search?.found ?? null),
    targetAsked: targetQuery(request) !== null,
    missing,
    glyphs: { missing: nothingSeen ? [] : story.glyphs.missing },
    archive: archive?.facts ?? null,
    finalAddress,
    httpStatus: seen.status,
    redirects: story.traffic?.redirects ?? [],
    times: story.times,
    tool,
    viewport: VIEWPORT,
    sandbox: running.sandbox,
  };
  const report = {
    format: 'holdfast-capture-report/1',
    address: request.address,
    ...result,
    responseHeaders: answered ? main.headers : null,
    environment: {
      browser: running.version,
      userAgent: running.userAgent,
      zone: 'UTC',
      locale: 'en-US',
      sandbox: running.sandbox,
      view: 'logged out, no cookies, no script of ours in the page',
      pictures: 'PNG as the browser wrote it; page scripts were stopped while the full page was pictured',
    },
    requests: {
      asked: story.traffic?.asked ?? 0,
      failed: story.traffic?.failed ?? [],
      answeredByServiceWorker: story.traffic?.workerAnswers ?? [],
    },
    opened: story.revealed,
    closedShadowRoots: story.closedRoots,
    consent: story.consent,
    glyphsLookedAt: story.glyphs.looked,
    elementContext: story.elementContext,
    egress: { bytesReceived: lane.bytesReceived, decisions: lane.decisions },
    incidents: story.incidents,
    brokenPictures: story.sight?.brokenPictures ?? null,
    thresholds: {
      ...THRESHOLDS,
      readiness: { ...READINESS, openMs: openLimitMs(request.deadlineMs) },
      reveal: REVEAL,
      traffic: TRAFFIC_LIMITS,
      tiles: TILES,
      element: ELEMENT_LIMITS,
      page: PAGE_LIMITS,
      egress: EGRESS_LIMITS,
    },
    files: files.map(({ role, mediaType, sizeBytes, sha256, part }) => ({
      role,
      mediaType,
      sizeBytes,
      sha256,
      ...(part === undefined ? {} : { part }),
    })),
  };
  const reportFile = await writeCaptured(
    request.scratchDir,
    'capture-report',
    Buffer.from(`${JSON.stringify(report, null, 1)}\n`, 'utf8'),
  );
  return { ...result, files: [...files, reportFile] };
}

/** The lane's traffic as an archive; null: nothing came, and there is nothing to keep. */
async function archived(
  story: Story,
  files: readonly CapturedFile[],
  lane: EgressLane,
  sign: SignWacz,
): Promise<{ readonly file: CapturedFile; readonly facts: NonNullable<CaptureResult['archive']> } | null> {
  const screen = (
    role: CapturedFile['role'],
    name: string,
  ): { name: string; path: string; mediaType: string }[] =>
    files
      .filter((file) => file.role === role && (file.part?.index ?? 0) === 0)
      .slice(-1)
      .map(({ path, mediaType }) => ({ name, path, mediaType }));
  const shown: ArchivedPage = {
    address: story.finalAddress ?? story.traffic?.main?.address ?? '',
    title: story.sight?.title ?? '',
    text: story.text ?? '',
    time: story.times['started'] ?? new Date().toISOString(),
    screens: [...screen('screenshot-viewport', 'view'), ...screen('screenshot-fullpage', 'fullPage')],
  };
  const made = await lane.finishArchive(shown, sign);
  const { path, sizeBytes, sha256, exchanges, bytes, notArchived, signedBy } = made;
  if (exchanges === 0) return null;
  return {
    file: { role: 'wacz', path, mediaType: 'application/wacz', sizeBytes, sha256 },
    facts: { exchanges, bytes, notArchived, signedBy },
  };
}

/** What our proxy says about the document's host; asked only when no answer of the site itself was seen. */
function egressOf(address: string, unanswered: boolean, lane: EgressLane): Observed['egress'] {
  const passed = { verdict: 'passed', reason: null } as const;
  if (!unanswered || !URL.canParse(address)) return passed;
  const { host, port } = destinationOf(new URL(address));
  const decision = lane.lastDecision(host, port);
  return decision === null ? passed : { verdict: decision.verdict, reason: decision.reason };
}

function pathOf(address: string): string {
  return URL.canParse(address) ? new URL(address).pathname : '';
}
