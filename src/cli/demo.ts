/**
 * `holdfast demo`: a city that does not exist, with pages on this machine, in the installation that runs over this data
 * folder. Makes agency, policy, accounts and a key, hands in a few removals and shows what becomes of each. Trial mode only.
 * Its key ends with it; that of a demo that was killed, with the next one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ArchiveError } from '#errors.ts';
import { SERVER_OPTION, serverAddress, unreachable } from './server-address.ts';
import { aborted } from './stop.ts';
import { EXIT, type Verb } from './verb.ts';
import { withDatabase } from './with-database.ts';

const AGENCY = { id: 'rivertown', name: 'City of Rivertown (sample)', zone: 'America/Chicago' };

const LABEL = 'demo';

interface Shown {
  readonly name: string;
  readonly recordId: string;
  readonly safeToRemove: boolean;
  readonly why: string;
}

export const demo: Verb = {
  name: 'demo',
  summary: 'Fill a fictional city and watch the whole path (trial mode)',
  configure: (command) =>
    void command
      .option(...SERVER_OPTION)
      .option('--once', 'end after filling; otherwise the sample pages stay up until Ctrl-C'),
  run: async (invocation) => {
    const { options, env, say, answer, stop } = invocation;
    const { readConfig } = await import('#config.ts');
    const { addAgency, createKey, listKeys, revokeKey } = await import('#agency/agency.ts');
    const { addSample } = await import('./sample.ts');
    const { announceDemoSite } = await import('../demo-allow.ts');
    const { openDemoSite, COMMENTS } = await import('./demo-site.ts');
    const config = readConfig(env);
    if (config.mode !== 'trial') {
      say('The demo puts invented records into the archive; it runs in trial mode only.');
      return EXIT.refused;
    }
    const server = serverAddress(invocation);
    await fetch(`${server}/healthz`).catch((error: unknown) => {
      throw unreachable(server, 'Then run the demo again.', error);
    });

    const { key, keyId } = await withDatabase(invocation, async (db) => {
      await addAgency(db, AGENCY);
      await addSample(db, AGENCY.id);
      for (const old of await db.inAgency(AGENCY.id, listKeys))
        if (old.label === LABEL && old.revokedAt === null)
          await revokeKey(db, AGENCY.id, old.keyId, new Date());
      return await createKey(db, { agencyId: AGENCY.id, role: 'moderator', label: LABEL });
    });
    const once = options['once'] === true;
    const site = await openDemoSite();
    const withdraw = await announceDemoSite(config.dataDir, site.hostPort);
    try {
      say(`Sample pages: ${site.origin}/rivertown/posts/7001`);
      const post = `${site.origin}/rivertown/posts/7001`;
      const [, advertising, privacy, threat] = COMMENTS;
      const reports: readonly (readonly [string, Record<string, unknown>])[] = [
        [
          'An advertisement, addressed by its element',
          about(`${post}#${advertising?.id}`, advertising?.text, advertising?.author, '3.b'),
        ],
        ['Someone’s telephone number, found by its text', about(post, privacy?.text, privacy?.author, '3.d')],
        ['A threat', about(post, threat?.text, threat?.author, '3.c')],
        [
          'A comment that is gone from the page already',
          about(`${post}-after`, advertising?.text, advertising?.author, '3.f'),
        ],
        [
          'A page behind a sign-in',
          about(`${site.origin}/rivertown/login`, 'Something that nobody can see here', undefined, '3.a'),
        ],
        [
          'A page that is gone',
          about(`${site.origin}/rivertown/posts/gone`, 'It was here yesterday', undefined, '3.a'),
        ],
      ];
      const shown: Shown[] = [];
      for (const [name, event] of reports) {
        const recordId = await handIn(server, key, event);
        const receipt = await settled(server, key, recordId, stop);
        shown.push({ name, recordId, ...receipt });
        say(
          `${receipt.safeToRemove ? 'SAFE TO REMOVE    ' : 'DO NOT REMOVE YET '} ${name}${receipt.safeToRemove ? '' : `: ${receipt.why}`}`,
        );
      }
      answer(
        { server, key: once ? null : key, agency: AGENCY.id, site: site.origin, records: shown },
        once
          ? `\nTo try it yourself, run the demo without --once: it brings a key that works until it ends.\n`
          : [
              '',
              `Try it yourself: ${server}/report`,
              `  Key of a moderator of ${AGENCY.name}, until the demo ends: ${key}`,
              `  A comment to hand in by its address:  ${post}#${advertising?.id}`,
              '',
            ].join('\n'),
      );
      if (!once) {
        say('The sample pages stay up until Ctrl-C.');
        await aborted(stop);
      }
    } finally {
      await withdraw();
      await site.close();
      await withDatabase(invocation, async (db) => await revokeKey(db, AGENCY.id, keyId, new Date()));
    }
    return EXIT.done;
  },
};

function about(
  url: string,
  text: string | undefined,
  author: string | undefined,
  clause: string,
): Record<string, unknown> {
  return {
    platform: 'facebook',
    account: 'rivertown',
    kind: 'comment',
    url,
    text,
    author:
      author === undefined
        ? { status: 'unknown', unknownReason: 'not-visible-in-capture' }
        : { displayName: author },
    action: { verb: 'hide', ground: `rivertown-social-media#${clause}` },
  };
}

async function handIn(server: string, key: string, event: Record<string, unknown>): Promise<string> {
  const response = await fetch(`${server}/v1/deletion-events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': crypto.randomUUID(),
    },
    body: JSON.stringify(event),
  });
  const body = (await response.json()) as { recordId?: string; detail?: string };
  if (body.recordId === undefined)
    throw new ArchiveError(
      'internal',
      `The installation refused a sample report: ${body.detail ?? response.status}`,
      { retry: 'never' },
    );
  return body.recordId;
}

const PATIENCE_MS = 90_000;

async function settled(
  server: string,
  key: string,
  recordId: string,
  stop: AbortSignal,
): Promise<{ readonly safeToRemove: boolean; readonly why: string }> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const response = await fetch(`${server}/v1/records/${recordId}/receipt`, {
      headers: { authorization: `Bearer ${key}` },
      signal: stop,
    });
    const receipt = (await response.json()) as {
      status: string;
      safeToRemove: boolean;
      missing: { code: string; sentence: string }[];
    };
    // Complete with its last seal, and judged when that is in the log: a moment later.
    const isEnded =
      receipt.status === 'complete' && receipt.missing.every(({ code }) => code !== 'log-pending');
    if (receipt.safeToRemove || isEnded || Date.now() > end)
      return {
        safeToRemove: receipt.safeToRemove,
        why: receipt.missing.map((one) => one.sentence).join(' '),
      };
    await sleep(200, undefined, { signal: stop });
  }
}
