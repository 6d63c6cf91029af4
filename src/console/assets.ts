/**
 * The files that pages load: the parts of the U.S. Web Design System that we use, straight from its package, and our own
 * scripts and styles. The address holds a digest of all of them, so that they may be cached for ever and an upgrade is seen
 * at once. Nothing else in either folder is served, and no listing.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { SCRIPT_MESSAGES } from './messages.ts';

const OWN = join(import.meta.dirname, 'assets');
const USWDS = dirname(dirname(createRequire(import.meta.url).resolve('@uswds/uswds')));
const USWDS_CSS = 'css/uswds.min.css';
const USWDS_PARTS =
  /^\/(fonts\/[\w-]+\/[\w-]+\.woff2|img\/(usa-icons|usa-icons-bg)\/[\w-]+\.svg|img\/[\w-]+\.svg)$/;
const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

const css = readFileSync(join(USWDS, USWDS_CSS));

/** What scripts say in other languages than English, as modules that they import. */
const WORDS: Readonly<Record<string, Buffer>> = Object.fromEntries(
  Object.entries(SCRIPT_MESSAGES).map(([language, messages]) => [
    `${language}.js`,
    Buffer.from(`export const messages = ${JSON.stringify(messages)};\n`),
  ]),
);

const build = ((): string => {
  const hash = createHash('sha256').update(css);
  for (const name of readdirSync(OWN).sort())
    hash.update(`\0${name}\0`).update(readFileSync(join(OWN, name)));
  for (const [name, bytes] of Object.entries(WORDS)) hash.update(`\0${name}\0`).update(bytes);
  return hash.digest('hex').slice(0, 16);
})();

const base = `/assets/${build}`;

/** The address of a file of ours. */
export function asset(name: string): string {
  return `${base}/holdfast/${name}`;
}

export const uswdsCss = `${base}/uswds/${USWDS_CSS}`;

/** What every page is set in, but on a phone (`holdfast.css`). Asked for beforehand, because a font that comes after the first line would move all lines. */
export const fonts: readonly string[] = ['regular', 'bold'].map(
  (weight) => `${base}/uswds/fonts/source-sans-pro/sourcesanspro-${weight}-webfont.woff2`,
);

const FOR_EVER = 'public, max-age=31536000, immutable';

export async function registerAssets(app: FastifyInstance): Promise<void> {
  // Text: a phone on a bad line gets it packed, which for all that a page loads first is a third of it. None of it is secret.
  const serveText = (path: string, type: string, bytes: Buffer): void => {
    const gzipped = gzipSync(bytes, { level: 9 });
    app.get(path, { schema: { hide: true } }, async (request, reply) => {
      const packed = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
      reply
        .type(type)
        .headers({ 'cache-control': FOR_EVER, vary: 'accept-encoding', 'x-content-type-options': 'nosniff' });
      return await (packed ? reply.header('content-encoding', 'gzip').send(gzipped) : reply.send(bytes));
    });
  };
  serveText(uswdsCss, TYPES['css'] ?? '', css);
  for (const name of readdirSync(OWN)) {
    const type = TYPES[/^[\w-]+\.(\w+)$/.exec(name)?.[1] ?? ''];
    if (type !== undefined) serveText(asset(name), type, readFileSync(join(OWN, name)));
  }
  for (const [name, bytes] of Object.entries(WORDS)) serveText(asset(name), TYPES['js'] ?? '', bytes);
  const serve = async (prefix: string, root: string, parts: RegExp): Promise<void> => {
    await app.register(fastifyStatic, {
      root,
      prefix,
      decorateReply: false,
      schemaHide: true,
      index: false,
      dotfiles: 'ignore',
      immutable: true,
      maxAge: '365d',
      allowedPath: (path) => parts.test(path),
      setHeaders: (reply) => {
        reply.header('x-content-type-options', 'nosniff');
      },
    });
  };
  await serve(`${base}/uswds/`, USWDS, USWDS_PARTS);
}
