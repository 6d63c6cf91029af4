/** What is proposed of a mail: what it says, and nothing that it does not; its HTML as text, and nothing from elsewhere. */
import { describe, expect, test } from 'vitest';
import { MAIL_LIMIT_BYTES, readMail, readMailPart } from '#sunshine/mail.ts';

const eml = (head: readonly string[], body = 'All hidden comments of June.'): Buffer =>
  Buffer.from([...head, '', body].join('\r\n'), 'utf8');
const HEAD = [
  'From: =?utf-8?Q?A=2E_Requester?= <a@requester.example>',
  'Date: Fri, 4 Dec 2026 16:39:00 -0600',
  'Subject: =?utf-8?B?U3Vuc2hpbmUgcmVxdWVzdA==?=',
];

test('who sent it, what it says, and its own head, decoded', async () => {
  expect(await readMail(eml(HEAD))).toMatchObject({
    from: { name: 'A. Requester', address: 'a@requester.example' },
    subject: 'Sunshine request',
    text: 'All hidden comments of June.',
    wasHtml: false,
    parts: [],
    head: 'From: A. Requester <a@requester.example>\nDate: Fri, 4 Dec 2026 16:39:00 -0600\nSubject: Sunshine request',
  });
  expect((await readMail(eml(['From: a@requester.example', 'Subject: x']))).from).toEqual({
    name: null,
    address: 'a@requester.example',
  });
});

describe('when it was received is', () => {
  const received = async (...more: string[]) => {
    const said = (await readMail(eml([...more, 'Subject: x']))).received;
    return said === null ? null : `${said.by} ${said.at.toISOString()}`;
  };
  test.each([
    [
      'what the last server wrote, which stands first',
      [
        'Received: from mx.example by mail.rivertown.example (x; y) with SMTP;\r\n Fri, 4 Dec 2026 16:41:02 -0600 (CST)',
        'Received: from a by mx.example; Fri, 4 Dec 2026 16:40:00 -0600',
        'Date: Fri, 4 Dec 2026 16:39:00 -0600',
      ],
      'received 2026-12-04T22:41:02.000Z',
    ],
    [
      'its date, where no server wrote any',
      ['Date: 4 Dec 2026 16:39:00 GMT'],
      'date 2026-12-04T16:39:00.000Z',
    ],
    [
      'its date, where the server wrote none that can be read',
      ['Received: by x; soon', 'Date: Fri, 4 Dec 2026 16:39 +0000'],
      'date 2026-12-04T16:39:00.000Z',
    ],
    ['nothing, without a zone', ['Date: Fri, 4 Dec 2026 16:39:00'], null],
    ['nothing, in words', ['Date: yesterday'], null],
    ['nothing', [], null],
  ])('%s', async (_, more, said) => expect(await received(...more)).toBe(said));
});

test('HTML is read as text: no script, no style, no picture, and no letter of it left as markup', async () => {
  const said = await readMail(
    eml(
      [...HEAD, 'Content-Type: text/html; charset=utf-8'],
      '<html><head><title>t</title><style>p{color:red}</style></head><body><p>All <b>hidden</b> comments &amp; replies</p><script>alert(1)</script><img src="http://elsewhere.example/x.png" alt="x"><ul><li>of&nbsp;June</li><li>&#x4a;uly&#8217;s &#xD800; &bogus;</li></ul></body></html>',
    ),
  );
  expect(said.wasHtml).toBe(true);
  expect(said.text).toBe('All hidden comments & replies\nof June\nJuly’s &#xD800; &bogus;');
});

test('what is attached is named and measured, and comes back byte for byte; a mail within is one of them', async () => {
  const bytes = eml(
    [...HEAD, 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b'],
    [
      '--b',
      'Content-Type: text/plain',
      '',
      'See the file.',
      '--b',
      'Content-Type: application/pdf; name="../x.pdf"',
      'Content-Disposition: attachment; filename="../x.pdf"',
      'Content-Transfer-Encoding: base64',
      '',
      'JVBERi0A/w==',
      '--b',
      'Content-Type: message/rfc822',
      '',
      'Subject: within',
      '',
      'Words of somebody else.',
      '--b--',
    ].join('\r\n'),
  );
  const said = await readMail(bytes);
  expect(said.text).toBe('See the file.');
  expect(said.parts).toMatchObject([
    { name: '../x.pdf', mediaType: 'application/pdf', sizeBytes: 7 },
    { mediaType: 'message/rfc822' },
  ]);
  const part = await readMailPart(bytes, 1);
  expect(part?.bytes.toString('latin1')).toBe('%PDF-\u0000\u00ff');
  expect((await readMailPart(bytes, 2))?.bytes.toString('utf8')).toContain('Words of somebody else.');
  for (const n of [0, 3]) expect(await readMailPart(bytes, n)).toBeNull();
});

test('what is no mail, is too large or too deep is refused with a sentence', async () => {
  await expect(readMail(Buffer.from('%PDF-1.7 no mail at all'))).rejects.toMatchObject({
    code: 'mail-invalid',
    message: expect.stringContaining('This is no mail'),
  });
  await expect(readMail(Buffer.alloc(MAIL_LIMIT_BYTES + 1, 'x'))).rejects.toMatchObject({
    message: expect.stringContaining('at most 20 MB'),
  });
  const deep = Array.from(
    { length: 80 },
    (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}`,
  );
  await expect(readMail(eml([...HEAD, 'MIME-Version: 1.0', deep.join('\r\n')]))).rejects.toMatchObject({
    message: expect.stringContaining('nested too deeply'),
  });
  await expect(
    readMail(eml([...HEAD, ...Array.from({ length: 5000 }, (_, n) => `X-${n}: ${'x'.repeat(80)}`)])),
  ).rejects.toMatchObject({ code: 'mail-invalid' });
});
