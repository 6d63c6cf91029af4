import { createHash, randomBytes } from 'node:crypto';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ArchiveError } from '#errors.ts';
import { boundaryOf } from '#intake/form-reader.ts';
import { uploadNotFound } from '#intake/upload-problems.ts';
import { FORM_LIMITS, type FormLimits, type FormStaging } from '#intake/form-files.ts';
import { readBrowserForm, readMultipart, type ReceivedForm } from '#intake/multipart.ts';
import { openStaging, type Staging } from '#intake/staging.ts';
import { times } from '../support/extent.ts';

interface Answer {
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
  readonly event?: string;
  readonly files?: readonly Record<string, unknown>[];
}

/** What came before its report is asked for in `uploads.test.ts`. */
const nothingBefore = async (): Promise<never> => {
  throw uploadNotFound();
};

let dir: string;
let staging: Staging & FormStaging;
let server: Server;
let port: number;
let limits: FormLimits = FORM_LIMITS;
/** Outcomes as the server saw them, also where the client was gone. */
let outcomes: Answer[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'holdfast-multipart-'));
  staging = { ...(await openStaging(dir)), whole: nothingBefore };
  server = createServer((incoming, outgoing) => {
    void readMultipart({ body: incoming, headers: incoming.headers }, staging, limits)
      .then(
        (form): Answer => ({
          status: 202,
          event: Buffer.from(form.eventBytes).toString('utf8'),
          files: form.files.map((file) => ({ ...file, type: form.eventMediaType })),
        }),
        (error: unknown): Answer =>
          error instanceof ArchiveError
            ? { status: 400, code: error.code, message: error.message }
            : { status: 500, message: String(error) },
      )
      .then((answer) => {
        outcomes.push(answer);
        outgoing.writeHead(answer.status, { 'content-type': 'application/json' });
        outgoing.end(JSON.stringify(answer));
        return answer;
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterEach(async () => {
  limits = FORM_LIMITS;
  outcomes = [];
  await clear();
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await staging.close();
  await rm(dir, { recursive: true });
});

async function left(): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

async function clear(): Promise<void> {
  for (const name of await left()) await staging.remove(name);
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const B = 'the-boundary';
const part = (headers: readonly string[], body: string | Uint8Array) =>
  Buffer.concat([
    Buffer.from(`--${B}\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`),
    Buffer.from(body),
    Buffer.from('\r\n'),
  ]);
const end = Buffer.from(`--${B}--\r\n`);
const EVENT = part(
  ['Content-Disposition: form-data; name="event"', 'Content-Type: application/json'],
  '{"a":1}',
);
const file = (body: string | Uint8Array, filename = 'a.png', type = 'image/png') =>
  part(
    [`Content-Disposition: form-data; name="file"; filename="${filename}"`, `Content-Type: ${type}`],
    body,
  );
const event = (size: number) => part(['Content-Disposition: form-data; name="event"'], 'e'.repeat(size));
const whole = (...parts: readonly Buffer[]) => Buffer.concat([...parts, end]);

/** Over a real connection, in pieces of any size. */
async function post(
  body: Buffer,
  options: { type?: string; pieces?: number; length?: number } = {},
): Promise<Answer> {
  const { type = `multipart/form-data; boundary=${B}`, pieces = body.length } = options;
  return new Promise((resolve, reject) => {
    const sent = httpRequest({
      host: '127.0.0.1',
      port,
      method: 'POST',
      headers: {
        'content-type': type,
        ...(options.length === undefined ? {} : { 'content-length': options.length }),
      },
    });
    sent.on('error', reject);
    sent.on('response', (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      incoming.on('end', () => resolve(JSON.parse(text) as Answer)).on('error', reject);
    });
    Readable.from(cut(body, pieces)).pipe(sent);
  });
}

function* cut(body: Buffer, size: number): Generator<Buffer> {
  for (let from = 0; from < body.length; from += Math.max(1, size))
    yield body.subarray(from, from + Math.max(1, size));
}

/** Straight into the function: for thousands of variations. */
async function read(
  body: Buffer,
  size = body.length,
  type = `multipart/form-data; boundary=${B}`,
): Promise<ReceivedForm> {
  return readMultipart(
    { body: Readable.from(cut(body, size)), headers: { 'content-type': type } },
    staging,
    limits,
  );
}

async function codeFor(body: Buffer, type?: string): Promise<string> {
  const code = await read(body, body.length, type).then(
    () => 'accepted',
    (error: unknown) => (error instanceof ArchiveError ? error.code : String(error)),
  );
  expect(await left()).toEqual([]);
  return code;
}

describe('a form that is well', () => {
  it('what a browser sends arrives byte for byte, names and types as claimed and as seen', async () => {
    const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(200_000)]);
    const form = new FormData();
    form.append('file', new File([png], 'Bildschirmfoto – Köln "1".png', { type: 'image/png' }));
    form.append(
      'event',
      new File(['{"platform":"x"}'], 'event.json', { type: 'application/cloudevents+json' }),
    );
    form.append('file', new File([png], 'lying.pdf', { type: 'application/pdf' }));
    form.append('file', new File([], 'empty.png', { type: 'image/png' }));
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: form });
    const answer = (await response.json()) as Answer;
    expect(answer.event).toBe('{"platform":"x"}');
    expect(answer.files).toMatchObject([
      {
        originalName: 'Bildschirmfoto – Köln %221%22.png',
        claimedMediaType: 'image/png',
        sniffedMediaType: 'image/png',
        sizeBytes: png.length,
        sha256: sha256(png),
        type: 'application/cloudevents+json',
      },
      {
        originalName: 'lying.pdf',
        claimedMediaType: 'application/pdf',
        sniffedMediaType: 'image/png',
        sha256: sha256(png),
      },
      { originalName: 'empty.png', sniffedMediaType: null, sizeBytes: 0, sha256: sha256(Buffer.alloc(0)) },
    ]);
    expect(await left()).toHaveLength(3);
  });

  it('the event without a type, as curl and FormData send a field, is the simple form', async () => {
    const { eventMediaType } = await read(
      whole(part(['Content-Disposition: form-data; name="event"'], '{}')),
    );
    expect(eventMediaType).toBe('application/json');
  });

  it('the event may come last, headers in any case and order, types with parameters', async () => {
    const body = whole(
      part(
        ['content-type: image/PNG; x=y', 'CONTENT-DISPOSITION:form-data;filename=plain.png;name=file'],
        'x',
      ),
      part(
        ['Content-Type: application/json; charset=utf-8', 'Content-Disposition: form-data; name="event"'],
        '{}',
      ),
    );
    const { files } = await read(body);
    expect(files).toMatchObject([{ originalName: 'plain.png', claimedMediaType: 'image/png' }]);
  });

  it.each([
    [String.raw`C:\Users\x\picture.png`, String.raw`C:\Users\x\picture.png`],
    [String.raw`a \"quoted\" name.png`, 'a "quoted" name.png'],
    ['../../etc/passwd', '../../etc/passwd'],
    ['a;b; name="file".png', null],
    ['名前.png', '名前.png'],
    ['Screenshot 2025-10-23 at 2.02.55\u202fPM.png', 'Screenshot 2025-10-23 at 2.02.55\u202fPM.png'],
  ])('the file name %s is kept as %s', async (sent, kept) => {
    const body = whole(EVENT, file('x', sent));
    if (kept === null) expect(await codeFor(body)).toBe('multipart-malformed');
    else expect((await read(body)).files[0]?.originalName).toBe(kept);
  });

  it('file names in Latin-1 and in the extended form are read', async () => {
    const latin = Buffer.from(file('x', 'K\u00f6ln.png').toString('utf8'), 'latin1');
    const extended = part(
      [`Content-Disposition: form-data; name="file"; filename="x"; filename*=UTF-8''caf%C3%A9.png`],
      'x',
    );
    const { files } = await read(whole(EVENT, latin, extended));
    expect(files.map((received) => received.originalName)).toEqual(['K\u00f6ln.png', 'café.png']);
  });

  it('an input without a chosen file is no file; a file of zero bytes is one', async () => {
    const { files } = await read(
      whole(EVENT, file('', '', 'application/octet-stream'), file('', 'zero.png'), file('x', '')),
    );
    expect(files.map((received) => [received.originalName, received.sizeBytes])).toEqual([
      ['zero.png', 0],
      [null, 1],
    ]);
    expect(await left()).toHaveLength(2);
  });

  it('contents that look like boundaries are contents', async () => {
    const tricky = `\r\n--${B.slice(0, -1)}\r\n--\r\n\r\n-${B}--\r\n--the-boundar\r`;
    const { files } = await read(whole(EVENT, file(tricky)), 1);
    expect(files[0]?.sha256).toBe(sha256(Buffer.from(tricky)));
  });

  it('500 files are as many as there may be', async () => {
    const { files } = await read(
      whole(EVENT, ...Array.from({ length: 500 }, (_, n) => file(`file ${n}`, `${n}.txt`))),
    );
    expect(files).toHaveLength(500);
    expect(files.map((received) => received.originalName)).toEqual(
      Array.from({ length: 500 }, (_, n) => `${n}.txt`),
    );
    expect(files[499]?.sha256).toBe(sha256(Buffer.from('file 499')));
  });

  it('any contents, cut anywhere, come out as an independent encoder put them in', async () => {
    const contents = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .array(fc.constantFrom('\r', '\n', '-', '--', '\r\n', '\r\n--', B, 'x', '\0'), { maxLength: 40 })
        .map((bits) => new TextEncoder().encode(bits.join(''))),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(contents, { maxLength: 4 }),
        fc.integer({ min: 1, max: 80 }),
        async (bodies, size) => {
          const form = new FormData();
          form.append('event', new Blob(['{}'], { type: 'application/json' }), 'event');
          for (const [n, body] of bodies.entries())
            form.append('file', new Blob([Uint8Array.from(body)]), `${n}`);
          const encoded = new Response(form);
          const type = encoded.headers.get('content-type') ?? '';
          const { files } = await read(Buffer.from(await encoded.arrayBuffer()), size, type);
          expect(files.map((received) => received.sha256)).toEqual(bodies.map((body) => sha256(body)));
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('a form that is not', () => {
  const cases: [string, string, Buffer, string?][] = [
    ['nothing', 'body-missing', Buffer.alloc(0)],
    ['no event', 'multipart-event-missing', whole(file('x'))],
    ['no part at all', 'multipart-event-missing', end],
    ['two events', 'multipart-part-unexpected', whole(EVENT, file('x'), EVENT)],
    [
      'another part',
      'multipart-part-unexpected',
      whole(EVENT, file('x'), part(['Content-Disposition: form-data; name="note"'], 'x')),
    ],
    [
      "a part named like an object's own",
      'multipart-part-unexpected',
      whole(EVENT, part(['Content-Disposition: form-data; name="__proto__"'], 'x')),
    ],
    ['a part without headers', 'multipart-part-unexpected', whole(EVENT, part([], 'lost?'))],
    [
      'a part without a name',
      'multipart-part-unexpected',
      whole(EVENT, part(['Content-Disposition: form-data'], 'lost?')),
    ],
    [
      'a part without a disposition',
      'multipart-part-unexpected',
      whole(EVENT, part(['Content-Type: image/png'], 'lost?')),
    ],
    [
      'an attachment',
      'multipart-part-unexpected',
      whole(EVENT, part(['Content-Disposition: attachment; name="file"; filename="x"'], 'lost?')),
    ],
    [
      'a name with a line break',
      'multipart-malformed',
      whole(EVENT, part(['Content-Disposition: form-data; name="file"; filename="a\nb.png"'], 'lost?')),
    ],
    [
      'a folded header',
      'multipart-malformed',
      whole(EVENT, part(['Content-Disposition: form-data;', ' name="file"'], 'lost?')),
    ],
    [
      'a header line without a colon',
      'multipart-malformed',
      whole(EVENT, part(['Content-Disposition: form-data; name="file"', 'oops'], 'x')),
    ],
    [
      'two names',
      'multipart-malformed',
      whole(EVENT, part(['Content-Disposition: form-data; name="file"; name="event"'], 'x')),
    ],
    [
      'two dispositions',
      'multipart-malformed',
      whole(
        EVENT,
        part(
          ['Content-Disposition: form-data; name="file"', 'content-disposition: form-data; name="event"'],
          'x',
        ),
      ),
    ],
    ['a NUL in a name', 'multipart-malformed', whole(EVENT, file('x', 'a\0b'))],
    ['a name without end', 'multipart-malformed', whole(EVENT, file('x', 'n'.repeat(1001)))],
    [
      'headers without end',
      'multipart-malformed',
      whole(EVENT, part([`X-Long: ${'x'.repeat(20_000)}`], 'x')),
    ],
    [
      'base64',
      'multipart-malformed',
      whole(
        EVENT,
        part(['Content-Disposition: form-data; name="file"', 'Content-Transfer-Encoding: base64'], 'eA=='),
      ),
    ],
    [
      'an event of another type',
      'media-type-unsupported',
      whole(part(['Content-Disposition: form-data; name="event"', 'Content-Type: text/plain'], '{}')),
    ],
    [
      "an event of a page's type",
      'media-type-unsupported',
      whole(part(['Content-Disposition: form-data; name="event"', 'Content-Type: text/html'], '{}')),
    ],
    ['a preamble', 'multipart-malformed', Buffer.concat([Buffer.from('hello\r\n'), whole(EVENT)])],
    ['an epilogue', 'multipart-malformed', Buffer.concat([whole(EVENT, file('x')), Buffer.from('more')])],
    ['a boundary that goes on', 'multipart-malformed', whole(EVENT, file(`x\r\n--${B}ish\r\ny`))],
    [
      'line feeds alone',
      'multipart-malformed',
      Buffer.from(whole(EVENT).toString().replaceAll('\r\n', '\n')),
    ],
    ['JSON', 'multipart-malformed', Buffer.from('{"platform":"x"}')],
    ['no boundary', 'multipart-malformed', whole(EVENT), 'multipart/form-data'],
    ['another boundary', 'multipart-malformed', whole(EVENT), 'multipart/form-data; boundary=other'],
    ['an empty boundary', 'multipart-malformed', whole(EVENT), 'multipart/form-data; boundary='],
    [
      'a boundary of 71 characters',
      'multipart-malformed',
      whole(EVENT),
      `multipart/form-data; boundary=${'b'.repeat(71)}`,
    ],
    [
      'a boundary with a line break',
      'multipart-malformed',
      whole(EVENT),
      'multipart/form-data; boundary="a\r\nb"',
    ],
    ['mixed', 'multipart-malformed', whole(EVENT), `multipart/mixed; boundary=${B}`],
  ];
  it.each(cases)('%s is %s, and nothing is left', async (_what, code, body, type) => {
    expect(await codeFor(body, type)).toBe(code);
  });

  it('cut off after any byte, a form is truncated: never accepted, never malformed, and nothing is left', async () => {
    const body = whole(EVENT, file(randomBytes(40)), file('y', 'b.png'));
    let looked = 0;
    for (let length = 1; length < body.length - 4; length += times(1, 3)) {
      expect([length, await codeFor(body.subarray(0, length))]).toEqual([length, 'body-truncated']);
      looked += 1;
    }
    expect(looked).toBeGreaterThan(times(300, 100));
    // From here on all there is to know has come.
    for (const missing of [2, 1, 0])
      expect((await read(body.subarray(0, body.length - missing))).files).toHaveLength(2);
  });

  it('one byte changed is refused or is a change of contents: no byte of a file is dropped', async () => {
    const body = whole(EVENT, file('first contents'), file('second contents', 'b.png'));
    await fc.assert(
      fc.asyncProperty(fc.nat(body.length - 1), fc.integer({ min: 0, max: 255 }), async (at, value) => {
        const changed = Buffer.from(body);
        changed[at] = value;
        const form = await read(changed).catch((error: unknown) => {
          expect(error).toBeInstanceOf(ArchiveError);
          return null;
        });
        // A boundary that is one no more is contents: two parts become one that holds both.
        const sizes = form?.files.map((received) => received.sizeBytes) ?? [];
        const total = sizes.reduce((a, b) => a + b, form?.eventBytes.length ?? 0);
        if (form !== null) expect(total).toBeGreaterThanOrEqual(36);
        else expect(await left()).toEqual([]);
        await clear();
      }),
      { numRuns: times(600, 150) },
    );
  });

  it('the connection dies under a file: truncated, nothing left, and the server lives', async () => {
    const body = whole(EVENT, file(randomBytes(500_000)));
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=${B}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body.subarray(0, 300_000));
    await expect.poll(left).toHaveLength(1);
    socket.resetAndDestroy();
    await expect.poll(() => outcomes.length).toBe(1);
    expect(outcomes[0]?.code).toBe('body-truncated');
    expect(await left()).toEqual([]);
    expect((await post(whole(EVENT))).status).toBe(202);
  });
});

describe('limits', () => {
  it('5,000 files are refused early, and the sender, still sending, gets to read why', async () => {
    const many = whole(EVENT, ...Array.from({ length: 5000 }, (_, n) => file(randomBytes(2000), `${n}.png`)));
    const answer = await post(many, { pieces: 16_384 });
    expect(answer.code).toBe('multipart-too-many-files');
    expect(answer.message).toContain('at most 500 files');
    expect(await left()).toEqual([]);
    expect((await post(whole(EVENT, file('x')))).status).toBe(202);
  });

  it('a refusal lets go of the body: the rest is there for whoever drops it', async () => {
    const body = Readable.from(cut(whole(EVENT, EVENT, file(randomBytes(50_000))), 1000));
    await expect(
      readMultipart({ body, headers: { 'content-type': `multipart/form-data; boundary=${B}` } }, staging),
    ).rejects.toMatchObject({ code: 'multipart-part-unexpected' });
    expect([body.destroyed, body.listenerCount('readable')]).toEqual([false, 0]);
    let rest = 0;
    for await (const chunk of body) rest += (chunk as Buffer).length;
    expect(rest).toBeGreaterThan(48_000);
  });

  it('thousands of inputs without a file are too many as well', async () => {
    expect(await codeFor(whole(EVENT, ...Array.from({ length: 5000 }, () => file('', ''))))).toBe(
      'multipart-too-many-files',
    );
  });

  it('the event, one file, and all together have their limits, to the byte', async () => {
    limits = { eventBytes: 100, fileBytes: 1000, totalBytes: 1500, files: 3 };
    expect((await read(whole(event(100), file('f'.repeat(1000)), file('f'.repeat(500))))).files).toHaveLength(
      2,
    );
    await clear();
    expect(await codeFor(whole(event(101)))).toBe('body-too-large');
    expect(await codeFor(whole(event(1), file('f'.repeat(1001))))).toBe('body-too-large');
    expect(await codeFor(whole(event(1), file('f'.repeat(1000)), file('f'.repeat(501))))).toBe(
      'body-too-large',
    );
    expect(await codeFor(whole(event(1), file('f'), file('f'), file('f'), file('f')))).toBe(
      'multipart-too-many-files',
    );
  });

  it('what is typed into a form of ours has that of an event, all fields together, to the byte', async () => {
    const field = (name: string, size: number) =>
      part([`Content-Disposition: form-data; name="${name}"`], 't'.repeat(size));
    const readFields = async (...parts: readonly Buffer[]) =>
      await readBrowserForm(
        {
          body: Readable.from(cut(whole(...parts), 1000)),
          headers: { 'content-type': `multipart/form-data; boundary=${B}` },
        },
        staging,
        ['text', 'note', 'url'],
        { eventBytes: 100, fileBytes: 1000, totalBytes: 1500, files: 3 },
      );
    const { fields, files } = await readFields(field('text', 60), file('f'.repeat(900)), field('note', 40));
    expect([...fields.values()].map((text) => text.length)).toEqual([60, 40]);
    expect(files).toHaveLength(1);
    await clear();
    await expect(
      readFields(field('text', 60), file('f'), field('note', 39), field('url', 2)),
    ).rejects.toMatchObject({
      code: 'body-too-large',
      message: expect.stringContaining('All fields together'),
    });
    expect(await left()).toEqual([]);
  });

  it('an announced size beyond all limits is refused before a byte is read', async () => {
    let asked = 0;
    const body = new Readable({
      read: () => {
        asked += 1;
      },
    });
    await expect(
      readMultipart(
        {
          body,
          headers: { 'content-type': `multipart/form-data; boundary=${B}`, 'content-length': '6000000000' },
        },
        staging,
      ),
    ).rejects.toMatchObject({ code: 'body-too-large' });
    expect(asked).toBe(0);
  });

  it('a disk that fills up under one file refuses the form and takes the others back', async () => {
    let calls = 0;
    const filling: FormStaging = {
      whole: nothingBefore,
      remove: (name) => staging.remove(name),
      stage: async (bytes, stageLimits) => {
        calls += 1;
        if (calls < 3) return staging.stage(bytes, stageLimits);
        throw new ArchiveError('disk-full', 'no room', { retry: 'later' });
      },
    };
    const body = whole(EVENT, ...Array.from({ length: 10 }, () => file(randomBytes(100_000))));
    await expect(
      readMultipart(
        {
          body: Readable.from(cut(body, 9999)),
          headers: { 'content-type': `multipart/form-data; boundary=${B}` },
        },
        filling,
      ),
    ).rejects.toMatchObject({ code: 'disk-full', retry: 'later' });
    expect(calls).toBe(3);
    expect(await left()).toEqual([]);
  });

  it('a big file passes through: memory does not grow with it', async () => {
    const size = times(300, 200) * 1024 ** 2;
    const chunk = randomBytes(65_536);
    const hash = createHash('sha256');
    let most = 0;
    const before = process.memoryUsage().rss;
    async function* body(): AsyncGenerator<Uint8Array> {
      yield EVENT;
      yield Buffer.from(`--${B}\r\nContent-Disposition: form-data; name="file"; filename="big"\r\n\r\n`);
      for (let sent = 0; sent < size; sent += chunk.length) {
        hash.update(chunk);
        yield chunk;
        most = Math.max(most, process.memoryUsage.rss() - before);
      }
      yield Buffer.from('\r\n');
      yield end;
    }
    const { files } = await readMultipart(
      { body: body(), headers: { 'content-type': `multipart/form-data; boundary=${B}` } },
      staging,
    );
    expect(files[0]).toMatchObject({ sizeBytes: size, sha256: hash.digest('hex') });
    expect(most).toBeLessThan(150 * 1024 ** 2);
  });
});

describe('the boundary', () => {
  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data;boundary="a b\'c"', "a b'c"],
    [
      'multipart/form-data; charset=utf-8; Boundary=----WebKitFormBoundaryAbC123',
      '----WebKitFormBoundaryAbC123',
    ],
    ['multipart/form-data; boundary=abc; charset=utf-8', 'abc'],
  ])('%s', (type, boundary) => {
    expect(boundaryOf(type)).toBe(boundary);
  });
});
