/**
 * The pages of a city that does not exist, served on this machine alone, so that a capture has something to open. Every
 * name and word is made up.
 */
import { createServer, type Server } from 'node:http';

interface Comment {
  readonly id: string;
  readonly author: string;
  readonly handle: string;
  readonly when: string;
  readonly text: string;
}

const POST = 'Leaf and brush pickup starts Monday. Please have your bags at the curb by 7 a.m.';

export const COMMENTS: readonly Comment[] = [
  {
    id: 'comment-1001',
    author: 'Sample Resident One',
    handle: '@resident_one',
    when: '2 h',
    text: 'Thank you! Will the trucks come down Mill Street this year?',
  },
  {
    id: 'comment-1002',
    author: 'Bargain Roofs',
    handle: '@bargain_roofs_demo',
    when: '1 h',
    text: 'CHEAP ROOF REPAIR, call 555-0100 today, best price in all of Rivertown!!!',
  },
  {
    id: 'comment-1003',
    author: 'Sample Resident Two',
    handle: '@resident_two',
    when: '54 min',
    text: 'My neighbor at 12 Elm Court is never home on Mondays, just saying. His number is 555-0143.',
  },
  {
    id: 'comment-1004',
    author: 'Sample Resident Three',
    handle: '@resident_three',
    when: '30 min',
    text: 'Whoever runs this page should be dragged out of city hall.',
  },
  {
    id: 'comment-1005',
    author: 'Sample Resident Four',
    handle: '@resident_four',
    when: '12 min',
    text: 'Does this include Christmas trees? 🎄',
  },
];

const STYLE = `body{font:16px/1.5 sans-serif;margin:0;background:#eef0f3;color:#1b1b1b}header{background:#1a4480;color:#fff;padding:14px 24px}
main{max-width:720px;margin:24px auto;background:#fff;border:1px solid #ccc;padding:20px 24px}article{border-top:1px solid #ddd;padding:12px 0}
b{display:inline-block}small{color:#555}form{max-width:320px;margin:80px auto;text-align:center}`;

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head><body>${body}</body></html>`;

const thread = (comments: readonly Comment[]): string =>
  page(
    'City of Rivertown (sample page)',
    `<header><b>City of Rivertown</b> · sample page, no such city</header><main><p>${POST}</p>${comments
      .map(
        (one) =>
          `<article id="${one.id}"><b>${one.author}</b> <small>${one.handle} · ${one.when}</small><p>${one.text}</p></article>`,
      )
      .join('')}</main>`,
  );

/** Path → status and page. What is not here is 404. */
const PAGES: Readonly<Record<string, readonly [number, string]>> = {
  '/rivertown/posts/7001': [200, thread(COMMENTS)],
  '/rivertown/posts/7001-after': [200, thread(COMMENTS.filter((one) => one.id !== 'comment-1002'))],
  '/rivertown/login': [
    200,
    page(
      'Log in',
      '<form><h1>Log in to continue</h1><p><input type="text" aria-label="Name"></p><p><input type="password" aria-label="Password"></p><button>Log in</button></form>',
    ),
  ],
  '/rivertown/posts/gone': [410, page('Gone', '<main><p>This content isn’t available.</p></main>')],
};

export interface DemoSite {
  readonly hostPort: string;
  readonly origin: string;
  close(): Promise<void>;
}

export async function openDemoSite(): Promise<DemoSite> {
  const server: Server = createServer((request, response) => {
    const [status, body] = PAGES[(request.url ?? '/').split('?')[0] ?? '/'] ?? [
      404,
      page('Not found', '<main><p>There is no such page.</p></main>'),
    ];
    response
      .writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
      .end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A server without a port.');
  const hostPort = `127.0.0.1:${address.port}`;
  return {
    hostPort,
    origin: `http://${hostPort}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
