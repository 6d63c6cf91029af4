/** The end of a capture: its outcome by the rules, and the report that a court can read without us. */
import { destinationOf } from './addresses.ts';
import { EGRESS_LIMITS } from './egress.ts';
import type { EgressLane } from './egress.ts';
import { writeCaptured } from './files.ts';
import { READINESS } from './readiness.ts';
import type { CaptureEvidence, CaptureRequest, CaptureResult } from './result.ts';
import { judge, THRESHOLDS } from './rules.ts';
import type { Observed } from './rules.ts';
import { PAGE_LIMITS, VIEWPORT } from './story.ts';
import type { PageOptions, Story } from './story.ts';
import { targetQuery } from './target.ts';

/** Judges what was seen and writes the report, the last file of a capture. */
export async function conclude(
  story: Story,
  request: CaptureRequest,
  { running, lane, tool }: PageOptions,
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
  const missing = [...new Set([...story.missing, ...(story.traffic?.missing() ?? [])])];

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
    missing,
  };
  const verdict = judge(seen);
  // A page that our proxy wrote, or the browser, is no picture of anything.
  const nothingSeen =
    story.refusedAddress !== null || egress.verdict !== 'passed' || story.navigationError !== null;
  const files = nothingSeen ? [] : story.files;
  const evidence: CaptureEvidence[] = [
    ...verdict.evidence,
    ...(nothingSeen ? [] : (story.search?.evidence ?? [])),
  ];
  const result: Omit<CaptureResult, 'files'> = {
    outcome: verdict.outcome,
    evidence,
    target: nothingSeen ? null : (story.search?.found ?? null),
    targetAsked: targetQuery(request) !== null,
    missing,
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
    },
    requests: { asked: story.traffic?.asked ?? 0, failed: story.traffic?.failed ?? [] },
    egress: { bytesReceived: lane.bytesReceived, decisions: lane.decisions },
    incidents: story.incidents,
    brokenPictures: story.sight?.brokenPictures ?? null,
    thresholds: { ...THRESHOLDS, readiness: READINESS, page: PAGE_LIMITS, egress: EGRESS_LIMITS },
    files: files.map(({ role, mediaType, sizeBytes, sha256 }) => ({ role, mediaType, sizeBytes, sha256 })),
  };
  const reportFile = await writeCaptured(
    request.scratchDir,
    'capture-report',
    Buffer.from(`${JSON.stringify(report, null, 1)}\n`, 'utf8'),
  );
  return { ...result, files: [...files, reportFile] };
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
