/**
 * What a hostile page can make the capture browser reach: nothing but the site that it came from. Every way in which a
 * page asks for an address is tried with every spelling of an address that it must not have. A guarded server on this
 * machine counts what arrives: loopback is tried for real, other ranges end at the proxy's decision.
 */
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect as tcpConnect, Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { launch } from 'puppeteer-core';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchBrowser } from '#capture/browser.ts';
import type { RunningBrowser } from '#capture/browser.ts';
import { openCaptureBrowser } from '#capture/capture.ts';
import type { CaptureBrowser, CaptureRequest, CaptureResult } from '#capture/capture.ts';
import { processesOf } from '#capture/confinement.ts';
import { openLane } from '#capture/egress.ts';
import type { EgressLane } from '#capture/egress.ts';
import { browserForTests } from '../support/chromium.ts';
import { rows } from '../support/extent.ts';
import { signing } from '../support/signing.ts';

const log = pino({ level: 'silent' });
const SECRET = 'what-no-page-may-read-7c1f';
const DOWNLOAD = 'what-must-not-be-kept-b3a9';

/** As a global address would be: dialled for the test's names, and never reached. */
const FAR = '8.8.8.8';

let folder = '';
let dataDir = '';
let visits = '';
let secretFile = '';
let browser: CaptureBrowser;
let running: RunningBrowser;
let scratches = 0;

// The guarded server, and what it has seen.
let guardPort = 0;
let connections = 0;
let datagrams = 0;
let guardAsked: string[] = [];
const guardSockets = new Set<Socket>();
const guards: Server[] = [];
const udp = createSocket('udp4');

// The site that hostile pages come from.
let sitePort = 0;
let siteAsked: string[] = [];
let told: string[] = [];
const site = createServer((request, response) => serve(request, response));

// What the proxy of the captures did.
let dialled: string[] = [];
let lookedUp: string[] = [];

function answer(host: string): Promise<{ address: string; family: number }[]> {
  lookedUp.push(host);
  const times = lookedUp.filter((each) => each === host).length;
  const table: Record<string, readonly string[]> = {
    localhost: ['127.0.0.1', '::1'],
    'loopback.example': ['127.0.0.1'],
    'loopback6.example': ['::1'],
    'mapped.example': ['::ffff:127.0.0.1'],
    'mixed.example': [FAR, 'fd00::1'],
    'mixed4.example': [FAR, '127.0.0.1'],
    'inside.example': ['10.0.0.1'],
    // Lives for no time at all: an address of the world first, one of this machine ever after.
    'rebinding.example': [times === 1 ? FAR : '127.0.0.1'],
    'one-step-further.example': [times === 1 ? FAR : '127.0.0.1'],
  };
  const found = table[host];
  return found === undefined
    ? Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))
    : Promise.resolve(found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
}

/** What was wrongly let through reaches the guarded server where it is loopback, and nothing where it is not. */
function dial(to: { address: string; family: number }, port: number): Socket {
  if (to.address === '127.0.0.1' && port === sitePort) return tcpConnect(port, to.address);
  dialled.push(`${to.address}:${port}`);
  if (to.address === FAR) return tcpConnect(sitePort, '127.0.0.1');
  if (/^(?:127\.|0\.0\.0\.0$|::1?$|::ffff:127\.)/.test(to.address))
    return tcpConnect(guardPort, to.address.startsWith('::1') ? '::1' : '127.0.0.1');
  return new Socket().destroy();
}

function open(allow: readonly string[], data = dataDir): CaptureBrowser {
  return openCaptureBrowser(
    {
      chromiumPath: null,
      captureAllow: allow,
      captureConcurrency: 2,
      mode: 'trial',
      dataDir: data,
      keysDir: join(folder, 'keys'),
      waczCertificate: null,
    },
    log,
    { egress: { lookup: answer, connect: dial } },
  );
}

async function capture(
  address: string,
  over: Partial<CaptureRequest> = {},
  by = browser,
): Promise<CaptureResult> {
  const scratchDir = join(folder, `scratch-${(scratches += 1)}`);
  await mkdir(scratchDir);
  return await by.capture({
    address: address.startsWith('/') ? `http://127.0.0.1:${sitePort}${address}` : address,
    targetText: null,
    targetId: null,
    deadlineMs: 90_000,
    scratchDir,
    ...over,
  });
}

/**
 * A page in the browser of the captures, on a lane and in a context as they have them, without the capture's own
 * limits: it is looked at until it says that it is done. Answers what the lane did.
 */
async function visit(
  path: string,
  allow: readonly string[],
  look: (page: Page) => Promise<void> = () => Promise.resolve(),
): Promise<{ readonly decisions: EgressLane['decisions']; readonly refused: ReadonlySet<string> }> {
  const scratchDir = join(folder, `scratch-${(scratches += 1)}`);
  await mkdir(scratchDir);
  const lane = await openLane({
    allow: [`127.0.0.1:${sitePort}`, ...allow],
    clientUid: running.uid,
    scratchDir,
    log,
    lookup: answer,
    connect: dial,
  });
  const context = await running.browser.createBrowserContext({
    proxyServer: lane.proxyAddress,
    proxyBypassList: ['<-loopback>'],
    downloadBehavior: { policy: 'deny' },
  });
  try {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${sitePort}${path}`, { waitUntil: 'domcontentloaded' });
    await page.waitForFunction(`document.title === 'done'`, { timeout: 110_000, polling: 100 });
    // Not every way says when it has asked: the page is done when nothing more has come of it for a while.
    for (let known = -1, now = 0; known !== now;) {
      known = lane.decisions.length + siteAsked.length + guardAsked.length;
      await sleep(1500);
      now = lane.decisions.length + siteAsked.length + guardAsked.length;
    }
    await look(page);
    const time = new Date().toISOString();
    const archive = await lane.finishArchive(
      { address: '', title: '', text: '', time, screens: [] },
      signing(folder),
    );
    const refused = archive.notArchived.filter(({ why }) =>
      ['address-not-global', 'name-not-public'].includes(why),
    );
    return {
      decisions: lane.decisions,
      refused: new Set(
        refused.map(({ address }) => (URL.canParse(address) ? new URL(address).pathname : address)),
      ),
    };
  } finally {
    await context.close();
    await lane.close();
  }
}

interface Report {
  readonly egress: {
    readonly decisions: readonly {
      readonly kind: string;
      readonly host: string | null;
      readonly port: number | null;
      readonly verdict: string;
      readonly reason: string | null;
    }[];
  };
}

async function reportOf(result: CaptureResult): Promise<Report> {
  const path = result.files.find(({ role }) => role === 'capture-report')?.path ?? '';
  return JSON.parse(await readFile(path, 'utf8')) as Report;
}

// ---------------------------------------------------------------------------------------------------------------
// Spellings and ways

/** Of this machine, with the port of the guarded server. */
const LOOPBACK = [
  '127.0.0.1',
  '0',
  '127.1',
  '2130706433',
  '0x7f.1',
  '017700000001',
  'localhost',
  'localhost.',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[64:ff9b::7f00:1]',
] as const;
/** On port 80, where nothing but what the host is can refuse them. */
const ELSEWHERE = [
  '[fe80::1]',
  '[fc00::1]',
  '10.0.0.1',
  '169.254.169.254',
  '[fd00:ec2::254]',
  '100.64.0.1',
  '168.63.129.16',
  '255.255.255.255',
  'metadata.google.internal',
  'inside.example',
  'loopback.example',
  'loopback6.example',
  'mapped.example',
  'mixed.example',
  'mixed4.example',
  'rebinding.example',
] as const;

/** What is asked of the proxy alone is asked with all of them; a browser goes to one of each kind. */
const OF_ITS_KIND =
  '127.0.0.1 2130706433 localhost. [::ffff:127.0.0.1] [64:ff9b::7f00:1] [fe80::1] 169.254.169.254 metadata.google.internal mixed.example rebinding.example'.split(
    ' ',
  );
const spelled = (): string[] => [...LOOPBACK.map((host) => `${host}:${guardPort}`), ...ELSEWHERE];
const gone = (): readonly string[] =>
  rows(spelled(), (host) => OF_ITS_KIND.includes(host.replace(`:${guardPort}`, '')));

/**
 * Ways in which a page asks for an address; each gets the address and does it. `%go` is this site's own path that
 * sends its visitor on to it in the named manner. Those of the second list ask without a path, or not at all.
 */
const WAYS = {
  iframe: 'return frame(to)',
  'iframe-302': 'return frame(go("302", to))',
  'iframe-307-post': 'return post(go("307", to))',
  'iframe-meta-refresh': 'return frame(go("meta", to), 2)',
  'iframe-refresh-header': 'return frame(go("refresh", to), 2)',
  'iframe-script': 'return frame(go("script", to))',
  'form-post': 'return post(to)',
  fetch: 'await fetch(to, { mode: "no-cors" })',
  'fetch-cors': 'await fetch(to)',
  'fetch-302': 'await fetch(go("302", to), { mode: "no-cors" })',
  'fetch-keepalive': 'fetch(to, { mode: "no-cors", method: "POST", body: "x", keepalive: true })',
  xhr: 'const x = new XMLHttpRequest(); x.open("POST", to); x.send("x")',
  beacon: 'navigator.sendBeacon(to, "x")',
  'event-source': 'new EventSource(to)',
  image: 'new Image().src = to',
  'image-302': 'new Image().src = go("302", to)',
  'svg-image': 'add(`<svg width="9" height="9"><image width="9" height="9" href="${to}"></image></svg>`)',
  background: 'add(`<p style="background-image:url(${to})">b</p>`)',
  video: 'add(`<video preload="auto" src="${to}"></video>`)',
  poster: 'add(`<video poster="${to}"></video>`)',
  object: 'return loads(add(`<object data="${to}"></object>`).firstChild, 1)',
  stylesheet: 'add(`<link rel="stylesheet" href="${to}">`)',
  import: 'add(`<style>@import url("${to}");</style>`)',
  font: 'new FontFace("f", `url(${to})`).load().catch(() => 0)',
  script: 'const s = document.createElement("script"); s.src = to; document.head.append(s)',
  module: 'import(to).catch(() => 0)',
  prefetch: 'add(`<link rel="prefetch" href="${to}">`)',
  preload: 'add(`<link rel="preload" as="image" href="${to}">`)',
  worker: 'return tell(new Worker("/worker.js"), to)',
  'worker-import': 'return tell(new Worker("/worker-import.js"), to)',
  'service-worker': 'serviceWorker.then((worker) => worker.postMessage(to))',
  'csp-report': 'return frame("/csp?to=" + encodeURIComponent(to))',
} as const;
const PATHLESS = {
  websocket: 'new WebSocket(to.replace(/^http/, "ws"))',
  preconnect: 'add(`<link rel="preconnect" href="${to.replace(/^http/, "https")}">`)',
  'dns-prefetch': 'add(`<link rel="dns-prefetch" href="${to}">`)',
  'web-transport': 'await Promise.race([soon(500), new WebTransport(to.replace(/^http/, "https")).ready])',
  'https-image': 'new Image().src = to.replace(/^http/, "https")',
} as const;

/** Tries all ways with each of the hosts, a few hosts at a time, and says `document.title = 'done'` at its end. */
function battery(hosts: readonly string[]): string {
  const ways = Object.entries({ ...WAYS, ...PATHLESS }).map(
    ([way, code]) => `${JSON.stringify(way)}: async (to) => { ${code} },`,
  );
  return `<!doctype html><meta charset="utf-8"><title>at work</title><h1>Council minutes</h1><script>
const hosts = ${JSON.stringify(hosts)};
const go = (how, to) => '/go/' + how + '?to=' + encodeURIComponent(to);
const add = (html) => { const p = document.createElement('div'); p.innerHTML = html; document.body.append(p); return p; };
const soon = (ms) => new Promise((done) => setTimeout(done, ms));
/* A frame has tried when what it was sent on to has loaded, which is told of a page of refusal too. */
const loads = (element, times) => Promise.race([soon(15000), new Promise((done) => {
  element.addEventListener('load', () => { if ((times -= 1) === 0) done(); });
  element.addEventListener('error', done);
})]);
const frame = (src, times = 1) => {
  const f = document.createElement('iframe');
  f.src = src;
  const loaded = loads(f, times);
  document.body.append(f);
  return loaded;
};
let posts = 0;
const post = (action) => {
  const name = 'post' + (posts += 1);
  const p = add('<iframe name="' + name + '"></iframe><form method="post" target="' + name + '"><input name="a"></form>');
  p.lastChild.action = action;
  const loaded = loads(p.firstChild, 1);
  p.lastChild.submit();
  return loaded;
};
const tell = async (worker, to) => {
  const told = new Promise((done) => { worker.onmessage = done; worker.onerror = done; });
  worker.postMessage(to);
  await Promise.race([told, soon(15000)]);
};
const serviceWorker = navigator.serviceWorker.register('/sw.js')
  .then(() => navigator.serviceWorker.ready).then((r) => r.active);
const ways = {
${ways.join('\n')}
};
(async () => {
  for (let first = 0; first < hosts.length; first += 4) {
    const tries = [];
    for (let i = first; i < Math.min(first + 4, hosts.length); i += 1)
      for (const [way, work] of Object.entries(ways))
        tries.push(Promise.race([soon(15000), Promise.resolve('http://' + hosts[i] + '/' + i + '/' + way).then(work).catch(() => 0)]));
    await Promise.all(tries);
    for (const each of document.querySelectorAll('iframe, object, embed')) each.remove();
  }
  document.title = 'done';
})();
</script>`;
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://site');
  const to = url.searchParams.get('to') ?? '';
  siteAsked.push(url.pathname);
  const html = (text: string, headers: Record<string, string> = {}): void => {
    response.writeHead(200, { 'content-type': 'text/html', ...headers });
    response.end(text);
  };
  const script = (text: string): void => {
    response.writeHead(200, { 'content-type': 'text/javascript' });
    response.end(text);
  };
  const plain = '<!doctype html><h1>Council minutes</h1><p>A page with a few lines of text.</p>';
  const known: Record<string, () => void> = {
    '/go/302': () => response.writeHead(302, { location: to }).end(),
    '/go/307': () => response.writeHead(307, { location: to }).end(),
    '/go/meta': () => html(`<!doctype html><meta http-equiv="refresh" content="0;url=${to}">${plain}`),
    '/go/refresh': () => html(plain, { refresh: `0;url=${to}` }),
    '/go/script': () => html(`${plain}<script>location.href = ${JSON.stringify(to)}</script>`),
    '/go/form': () =>
      html(`${plain}<form method="post" action="${to}"></form><script>document.forms[0].submit()</script>`),
    '/csp': () =>
      html('<img src="data:,">', { 'content-security-policy': `default-src 'none'; report-uri ${to}` }),
    '/worker.js': () =>
      script(
        'onmessage = ({ data }) => fetch(data, { mode: "no-cors" }).catch(() => 0).then(() => postMessage(0));',
      ),
    '/worker-import.js': () => script('onmessage = ({ data }) => importScripts(data);'),
    '/sw.js': () =>
      script(
        'self.onactivate = (e) => e.waitUntil(clients.claim()); self.onmessage = (e) => e.waitUntil(fetch(e.data, { mode: "no-cors" }).catch(() => 0));',
      ),
    '/battery': () => html(battery(gone().slice(0, Number(url.searchParams.get('count'))))),
    '/told': () => {
      told.push(url.searchParams.get('what') ?? '');
      response.end();
    },
    '/rebind': () =>
      html(
        `${plain}<script>(async () => { for (let i = 0; i < 6; i += 1) await fetch('/stolen?' + i)
          .then((r) => r.text()).then((what) => document.body.append(what)).catch(() => 0); })()</script>`,
        { connection: 'close' },
      ),
    '/datagrams': () => html(datagramPage()),
    '/files': () => html(filePage()),
    '/downloads': () =>
      html(`${plain}<iframe src="/attachment"></iframe><a id="a" download="a.txt" href="/attachment">a</a><script>
        const save = (href, name) => { const a = document.createElement('a'); a.href = href; a.download = name; a.click(); };
        save('/attachment', 'by-link.txt');
        save(URL.createObjectURL(new Blob(['${DOWNLOAD}'])), 'by-blob.txt');
        save('data:application/octet-stream,${DOWNLOAD}', 'by-data.txt');
        location.href = '/attachment';</script>`),
    '/attachment': () => {
      response.writeHead(200, {
        'content-type': 'application/octet-stream',
        'content-disposition': 'attachment; filename="by-header.txt"',
      });
      response.end(DOWNLOAD.repeat(100));
    },
  };
  const page = known[url.pathname];
  if (page === undefined) html(plain);
  else page();
}

function datagramPage(): string {
  return `<!doctype html><h1>Council minutes</h1><p>A page with a few lines.</p><script>
const at = '127.0.0.1:${guardPort}';
for (const policy of ['all', 'relay'])
  try {
    const peer = new RTCPeerConnection({ iceTransportPolicy: policy, iceServers: [
      { urls: ['stun:' + at, 'stun:localhost:${guardPort}', 'stun:[::1]:${guardPort}'] },
      { urls: ['turn:' + at + '?transport=udp', 'turn:' + at + '?transport=tcp', 'turns:' + at + '?transport=tcp'], username: 'a', credential: 'b' },
    ] });
    peer.createDataChannel('x');
    peer.createOffer().then((offer) => peer.setLocalDescription(offer)).catch(() => 0);
    // Told where the other side is, it would send checks there too.
    const other = new RTCPeerConnection();
    peer.onicecandidate = () => peer.remoteDescription && peer.addIceCandidate({ sdpMid: '0', candidate: 'candidate:1 1 udp 2130706431 127.0.0.1 ${guardPort} typ host' }).catch(() => 0);
    other.ondatachannel = () => 0;
    (async () => {
      await new Promise((done) => setTimeout(done, 200));
      await other.setRemoteDescription(peer.localDescription);
      await other.setLocalDescription(await other.createAnswer());
      await peer.setRemoteDescription(other.localDescription);
      await peer.addIceCandidate({ sdpMid: '0', candidate: 'candidate:1 1 udp 2130706431 127.0.0.1 ${guardPort} typ host' });
      await peer.addIceCandidate({ sdpMid: '0', candidate: 'candidate:2 1 tcp 2130706431 127.0.0.1 ${guardPort} typ host tcptype passive' });
    })().catch(() => 0);
  } catch (error) { void error; }
try { new WebTransport('https://' + at + '/x').ready.catch(() => 0); } catch (error) { void error; }
setTimeout(() => { document.title = 'done'; }, 2500);
</script>`;
}

/** Every way in which a page could read a file, and tell the site what it read. */
function filePage(): string {
  const at = `file://${secretFile}`;
  return `<!doctype html><h1>Council minutes</h1><p>A page with a few lines.</p><script>
const at = ${JSON.stringify(at)};
const tell = (what) => fetch('/told?what=' + encodeURIComponent(what));
const add = (html) => { const p = document.createElement('div'); p.innerHTML = html; document.body.append(p); };
for (const scheme of ['', 'view-source:', 'filesystem:'])
  for (const go of [(to) => to, (to) => '/go/302?to=' + encodeURIComponent(to), (to) => '/go/meta?to=' + encodeURIComponent(to), (to) => '/go/script?to=' + encodeURIComponent(to)]) {
    add('<iframe src="' + go(scheme + at) + '"></iframe>');
    add('<object data="' + go(scheme + at) + '"></object><embed src="' + go(scheme + at) + '">');
    fetch(go(scheme + at)).then((r) => r.text()).then(tell).catch(() => 0);
    try { const x = new XMLHttpRequest(); x.open('GET', go(scheme + at)); x.onload = () => tell(x.responseText); x.send(); } catch (error) { void error; }
    try { new Worker(go(scheme + at)); } catch (error) { void error; }
    import(go(scheme + at)).catch(() => 0);
    add('<img src="' + go(scheme + at) + '"><link rel="stylesheet" href="' + go(scheme + at) + '">');
  }
for (const there of ['chrome://version', 'chrome://settings', 'chrome-untrusted://print', 'devtools://devtools/bundled/inspector.html', 'view-source:http://127.0.0.1:${guardPort}/', 'ftp://127.0.0.1:${guardPort}/', 'gopher://127.0.0.1:${guardPort}/', 'http://127.0.0.1:${guardPort}@127.0.0.1:${guardPort}/'])
  add('<iframe src="' + there + '"></iframe><img src="' + there + '">');
setTimeout(() => { for (const f of document.querySelectorAll('iframe')) try { tell(f.contentDocument.body.innerText); } catch (error) { void error; } }, 1000);
setTimeout(() => { document.title = 'done'; }, 1500);
</script>`;
}

// ---------------------------------------------------------------------------------------------------------------

async function profilesOf(data: string): Promise<string[]> {
  const installation = createHash('sha256').update(data).digest('hex').slice(0, 8);
  return (await readdir(tmpdir()))
    .filter((name) => name.startsWith(`hf-${installation}-`))
    .map((name) => join(tmpdir(), name));
}

/** The browser's own process is the one that names its profile and has no type. */
async function browserOf(data: string): Promise<{ pid: number; uid: number }> {
  const [profile = 'none'] = await profilesOf(data);
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const command = await readFile(`/proc/${name}/cmdline`, 'latin1').catch(() => '');
    if (!command.includes(`--user-data-dir=${profile}/`) || command.includes('--type=')) continue;
    const status = await readFile(`/proc/${name}/status`, 'utf8');
    return { pid: Number(name), uid: Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]) };
  }
  throw new Error(`No browser runs in ${data}.`);
}

/** Where the sockets of a uid lead to, by the kernel's own books: `udp *` or `tcp host:port` in hexadecimal. */
async function socketsOf(uid: number): Promise<string[]> {
  const found: string[] = [];
  for (const kind of ['tcp', 'tcp6', 'udp', 'udp6'])
    for (const line of (await readFile(`/proc/net/${kind}`, 'utf8').catch(() => '')).split('\n').slice(1)) {
      const field = line.trim().split(/\s+/);
      if (Number(field[7]) === uid) found.push(`${kind} ${field[2] ?? ''}`);
    }
  return found;
}

/**
 * Before it looks up its first name, Chromium asks the kernel whether there is a way to the IPv6 internet: it gives a
 * datagram socket a public address as its far end, sends nothing, and closes it (a trace of its system calls shows the
 * connect and no send). No flag or feature switches that off. Seen in between, the socket has no far end yet, or that one.
 */
const ROUTE_PROBE: readonly string[] = [
  `udp6 ${'0'.repeat(32)}:0000`,
  'udp6 60480120000060480000000088880000:01BB',
];

async function filesWith(text: string, under: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(under, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    if (/by-(?:header|link|blob|data)|\.crdownload$/.test(entry.name) || bytes.includes(text))
      found.push(path);
  }
  return found;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-ssrf-'));
  await chmod(folder, 0o755);
  // Closed to other users: the browser is then taken from where all such folders have it, and not unpacked anew.
  const closed = await mkdtemp(join(folder, 'closed-'));
  dataDir = join(closed, 'data');
  visits = join(closed, 'visits');
  secretFile = join(folder, 'secret.html');
  await writeFile(secretFile, `<h1>${SECRET}</h1>`, { mode: 0o644 });
  const guard = (): Server => {
    const server = createServer((request, response) => {
      guardAsked.push(request.url ?? '');
      response.writeHead(200, { 'access-control-allow-origin': '*', connection: 'close' });
      response.end(SECRET);
    });
    server.on('connection', (socket) => {
      connections += 1;
      guardSockets.add(socket);
      socket.on('close', () => guardSockets.delete(socket));
    });
    guards.push(server);
    return server;
  };
  const first = guard().listen(0, '127.0.0.1');
  await once(first, 'listening');
  guardPort = (first.address() as AddressInfo).port;
  const second = guard().listen({ port: guardPort, host: '::1', ipv6Only: true });
  await once(second, 'listening');
  udp.on('message', () => {
    datagrams += 1;
  });
  udp.bind(guardPort, '127.0.0.1');
  await once(udp, 'listening');
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  sitePort = (site.address() as AddressInfo).port;
  browser = open([`127.0.0.1:${sitePort}`]);
  running = await launchBrowser({
    chromiumPath: null,
    dataDir: visits,
    allowNoSandbox: true,
    log,
  });
});

beforeEach(() => {
  connections = 0;
  datagrams = 0;
  guardAsked = [];
  siteAsked = [];
  told = [];
  dialled = [];
  lookedUp = [];
});

afterAll(async () => {
  await browser.close();
  await running.end();
  for (const socket of guardSockets) socket.destroy();
  for (const server of [...guards, site]) {
    server.closeAllConnections();
    server.close();
  }
  udp.close();
  await rm(folder, { recursive: true, force: true });
});

const NOTHING = { connections: 0, datagrams: 0 };

describe('from within a page', () => {
  test('every way reaches the guarded server where the proxy is told to let it: each is a way, and would be seen', async () => {
    await visit('/battery?count=1', [`127.0.0.1:${guardPort}`]);
    const ways = new Set(guardAsked.map((path) => path.replace('/0/', '')));
    expect(Object.keys(WAYS).filter((way) => !ways.has(way))).toEqual([]);
    expect(ways.has('websocket'), 'the handshake of a WebSocket').toBe(true);
    expect(connections).toBeGreaterThan(10);
    // Datagrams pass for nobody.
    expect(datagrams).toBe(0);
  });

  test('no way with no spelling reaches it, and the proxy refused each one', async () => {
    const all = gone();
    const sockets = new Set<string>();
    const watch = setInterval(() => {
      const { uid } = running;
      if (uid !== null && uid !== process.getuid?.())
        socketsOf(uid).then(
          (found) => found.forEach((socket) => sockets.add(socket)),
          () => undefined,
        );
    }, 50);
    const { decisions, refused } = await visit(`/battery?count=${all.length}`, []).finally(() =>
      clearInterval(watch),
    );
    expect({ connections, datagrams }).toEqual(NOTHING);
    // The first answer of the name that changes is an address of the world, whose far end is the test's own site.
    const tried = (host: string, path: string): boolean =>
      refused.has(path) || (host === 'rebinding.example' && siteAsked.includes(path));
    const untried = all.flatMap((host, i) =>
      Object.keys(WAYS)
        .filter((way) => !tried(host, `/${i}/${way}`))
        .map((way) => `${host} ${way}`),
    );
    expect(untried).toEqual([]);
    for (const host of all) {
      const bare = new URL(`http://${host}/`).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
      const tunnels = decisions.filter(
        (each) => each.host === bare && each.kind === 'tunnel' && each.verdict === 'refused',
      );
      expect(tunnels.length, `tunnels to ${host}`).toBeGreaterThanOrEqual(2);
    }
    expect(new Set(dialled)).toEqual(new Set([`${FAR}:80`]));
    // The browser's own sockets lead to our proxy and nowhere else: none to the site, none by UDP, none to a resolver.
    const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');
    const elsewhere = [...sockets].filter(
      (socket) =>
        !ROUTE_PROBE.includes(socket) &&
        (!socket.startsWith('tcp 0100007F:') ||
          socket.endsWith(`:${hex(sitePort)}`) ||
          socket.endsWith(`:${hex(guardPort)}`)),
    );
    expect(elsewhere).toEqual([]);
    if (process.getuid?.() === 0) expect(sockets.size).toBeGreaterThan(0);
  });

  test('a name whose answer changes under a page gains nothing: what was judged is what is dialled', async () => {
    const result = await capture('http://one-step-further.example/rebind');
    expect(result.outcome).toMatch(/captured|partial/);
    expect(lookedUp.length).toBeGreaterThan(3);
    expect({ connections, datagrams }).toEqual(NOTHING);
    expect(new Set(dialled)).toEqual(new Set([`${FAR}:80`]));
    const { egress } = await reportOf(result);
    expect(egress.decisions.filter(({ reason }) => reason === 'address-not-global').length).toBeGreaterThan(
      3,
    );
    const text = result.files.find(({ role }) => role === 'page-text')?.path ?? '';
    expect(await readFile(text, 'utf8')).not.toContain(SECRET);
  });

  test('no datagram is sent: not for WebRTC, TURN over TCP reaches nothing either', async () => {
    await visit('/datagrams', []);
    expect({ connections, datagrams }).toEqual(NOTHING);
  });

  test('the same page in a browser without our flags sends some, so that they would be seen', async () => {
    const { args, ...rest } = await browserForTests();
    // Its own addresses are not hidden behind a name, which would be announced to the network.
    const bare = await launch({
      ...rest,
      args: [...args, '--disable-features=WebRtcHideLocalIpsWithMdns'],
    });
    try {
      const page = await bare.newPage();
      await page.goto(`http://127.0.0.1:${sitePort}/datagrams`);
      for (let i = 0; i < 100 && datagrams === 0; i += 1) await new Promise((done) => setTimeout(done, 50));
    } finally {
      await bare.close();
    }
    expect(datagrams).toBeGreaterThan(0);
  });

  test('no file of this machine is read, by any scheme, and nothing else that only a browser opens', async () => {
    let frames = 0;
    await visit('/files', [], async (page) => {
      await Promise.all(
        page.frames().map(async (frame) => {
          frames += 1;
          // A frame that was kept from going somewhere may have nothing that could answer.
          const text = await Promise.race([
            (frame.evaluate('document.documentElement.innerText') as Promise<string>).catch(() => ''),
            sleep(3_000, ''),
          ]);
          expect(text, frame.url()).not.toContain(SECRET);
          expect(frame.url()).not.toMatch(/^(?:file|view-source|chrome|devtools):/);
        }),
      );
    });
    expect(frames).toBeGreaterThan(20);
    expect(told.length, 'what the page could read of its own site').toBeGreaterThan(0);
    expect(told.filter((what) => what.includes(SECRET))).toEqual([]);
    expect({ connections, datagrams }).toEqual(NOTHING);
  });
});

describe('as the page itself', () => {
  const HOWS = ['302', '307', 'meta', 'refresh', 'script', 'form'] as const;

  test('no spelling is opened as the address, or by any way that a page sends its visitor on', async () => {
    const all = gone().filter((host) => host !== 'rebinding.example');
    const addresses = all.flatMap((host, i) => [
      `http://${host}/`,
      // Each way for each of them would be the same page over and over: they take turns.
      `/go/${HOWS[i % HOWS.length] ?? ''}?to=${encodeURIComponent(`http://${host}/`)}`,
    ]);
    const queue = [...addresses];
    const work = async (): Promise<void> => {
      for (let address = queue.shift(); address !== undefined; address = queue.shift()) {
        const result = await capture(address);
        expect(result, address).toMatchObject({ outcome: 'blocked' });
        expect(
          result.files.filter(({ mediaType }) => mediaType === 'image/png'),
          address,
        ).toEqual([]);
      }
    };
    await Promise.all([work(), work()]);
    expect({ connections, datagrams }).toEqual(NOTHING);
    expect(dialled).toEqual([]);
  }, 240_000);

  const SCHEMES = [
    ['file', (): string => `file://${secretFile}`],
    ['view-source', (): string => `view-source:http://127.0.0.1:${guardPort}/`],
    ['chrome', (): string => 'chrome://version'],
    ['ftp', (): string => `ftp://127.0.0.1:${guardPort}/`],
    ['data', (): string => `data:text/html,<h1>${SECRET}</h1>`],
  ] as const;
  test.each(rows(SCHEMES, ([scheme]) => scheme === 'file' || scheme === 'chrome'))(
    '%s: is not gone to, as an address or from a page',
    async (_, make) => {
      expect(await capture(make())).toMatchObject({
        outcome: 'blocked',
        evidence: [{ rule: 'address-not-http' }],
      });
      const results = await Promise.all(
        (['script', '302'] as const).map((how) => capture(`/go/${how}?to=${encodeURIComponent(make())}`)),
      );
      for (const { finalAddress, files } of results) {
        expect(finalAddress).toMatch(/^http:/);
        const text = files.find(({ role }) => role === 'page-text')?.path;
        if (text !== undefined) expect(await readFile(text, 'utf8')).not.toContain(SECRET);
      }
      expect({ connections, datagrams }).toEqual(NOTHING);
    },
  );

  test.each(rows([22, 25, 6379, 8080], (port) => port === 6379))(
    'port %i of a host of the world is refused like one of ours',
    async (at) => {
      expect(await capture(`http://${FAR}:${at}/`)).toMatchObject({ outcome: 'blocked' });
      const sent = await capture(`/go/302?to=${encodeURIComponent(`http://${FAR}:${at}/`)}`);
      expect(sent.outcome).toMatch(/blocked|empty/);
      expect(sent.finalAddress).not.toContain(SECRET);
      expect(dialled).toEqual([]);
    },
  );
});

test('what is said to the proxy itself gets no further, however it is put', async () => {
  const lane = await openLane({ allow: [], clientUid: null, log, lookup: answer, connect: dial });
  const say = async (text: string): Promise<string> => {
    const socket = tcpConnect(Number(new URL(lane.proxyAddress).port), '127.0.0.1');
    let got = '';
    socket.on('data', (chunk: Buffer) => {
      got += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.write(text);
    await Promise.race([once(socket, 'close'), once(socket, 'data'), once(socket, 'end')]);
    socket.destroy();
    return got;
  };
  const at = `127.0.0.1:${guardPort}`;
  const lines = [
    ...spelled()
      .filter((host) => host !== 'rebinding.example')
      .flatMap((host) => [
        `CONNECT ${/:\d+$/.test(host) ? host : `${host}:443`}`,
        `GET http://${host}/`,
        `POST http://${host}/`,
      ]),
    ...['127.0.0.1', 'localhost', '[::1]', FAR, '', ':443', `${FAR}:`, `${FAR}:0`, `${FAR}:99999`].map(
      (host) => `CONNECT ${host}`,
    ),
    ...[22, 25, 53, 6379, 9200, 5432, 8080].flatMap((port) => [
      `CONNECT ${FAR}:${port}`,
      `GET http://${FAR}:${port}/`,
    ]),
    `CONNECT user@${at}`,
    `CONNECT ${FAR}:443@${at}`,
    `CONNECT http://${at}/`,
    `CONNECT ${at}/..`,
    `CONNECT ${at}#:443`,
    `GET http://${FAR}@${at}/`,
    `GET http://${FAR}#@${at}/`,
    `GET http://${FAR}\\@${at}/`,
    `GET http:///${at}/`,
    `GET //${at}/`,
    `GET /`,
    `GET *`,
    `GET ftp://${at}/`,
    `GET file:///etc/passwd`,
    `GET gopher://${at}/`,
    `GET ws://${at}/`,
    `OPTIONS *`,
    `TRACE http://${at}/`,
  ];
  for (const line of lines) {
    const reply = await say(`${line} HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    expect(reply, line).not.toMatch(/^HTTP\/1\.1 (?:2|3)/);
    expect(reply, line).not.toContain(SECRET);
  }
  // One host in the address, and another in the header.
  expect(await say(`GET http://${FAR}/ HTTP/1.1\r\nHost: ${at}\r\n\r\n`)).toMatch(/ 403 /);
  expect(await say(`GET http://${at}/ HTTP/1.1\r\nHost: ${FAR}\r\n\r\n`)).toMatch(/ 403 /);
  await lane.close();
  expect({ connections, datagrams }).toEqual(NOTHING);
  expect(dialled).toEqual([]);
  expect(lines.length).toBeGreaterThan(100);
});

test('no download is written anywhere', async () => {
  const places = [process.cwd(), homedir(), folder];
  const before = await Promise.all(places.map((place) => readdir(place)));
  const captured = await Promise.all([capture('/downloads'), capture('/attachment')]);
  expect(captured[1].outcome).not.toBe('captured');
  expect(siteAsked.filter((path) => path === '/attachment').length).toBeGreaterThan(2);
  const [profile = ''] = await profilesOf(dataDir);
  expect((await stat(profile)).isDirectory()).toBe(true);
  expect(await filesWith(DOWNLOAD, profile)).toEqual([]);
  const after = await Promise.all(places.map((place) => readdir(place)));
  for (const [i, names] of after.entries())
    expect(
      names.filter((name) => !before[i]?.includes(name) && !name.startsWith('scratch-')),
      places[i],
    ).toEqual([]);
});

test('after all of it the next capture is like any other, and the end leaves no process and no profile', async () => {
  expect(await capture('/minutes')).toMatchObject({ outcome: 'captured', missing: [] });
  const { pid, uid } = await browserOf(dataDir);
  const own = process.getuid?.();
  expect((await processesOf(pid, uid === own ? null : uid)).length).toBeGreaterThan(1);
  await browser.close();
  expect(await processesOf(pid, uid === own ? null : uid)).toEqual([]);
  expect(await profilesOf(dataDir)).toEqual([]);
  await running.end();
  expect(await processesOf(running.pid, running.uid === own ? null : running.uid)).toEqual([]);
  expect(await profilesOf(visits)).toEqual([]);
  for (const name of await readdir(folder))
    if (name.startsWith('scratch-'))
      expect(
        (await readdir(join(folder, name))).filter((file) => file.startsWith('.')),
        name,
      ).toEqual([]);
});
