/**
 * Which file is what, for people and for programs: objects lie under their keys, which say nothing to anybody. Made from what the manifests
 * say, so that whoever checks a package makes it anew and compares.
 */
import { escaped } from './premis.ts';

export interface ListedObject {
  readonly record: string;
  readonly path: string;
  readonly seal: number;
  /** `file-…` as the manifest names it, `fact`, `manifest`, `salt`. */
  readonly what: string;
  readonly origin: string | null;
  readonly originalName: string | null;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** In plain words; a role that is not here is shown as it is. */
const WORDS: Readonly<Record<string, string>> = {
  salt: 'The salt: opens the commitments of this record',
  manifest: 'Manifest: names each byte of this seal',
  fact: 'What was reported, as a fact',
  'raw-payload': 'What was sent, word for word',
  wacz: 'Web archive (WACZ): what the browser was sent. Open it at replayweb.page',
  'capture-report': 'What the capture found',
  'second-look-picture': 'Picture of the page after the removal',
  'second-look-report': 'What the second look found',
};

const whatOf = ({ what, mediaType }: ListedObject): string =>
  WORDS[what] ??
  (mediaType.startsWith('image/') ? 'Picture' : mediaType.startsWith('text/') ? 'Text' : `File (${what})`);

export function contentsHtml(title: string, objects: readonly ListedObject[]): string {
  const rows = objects.map(
    (one) =>
      `<tr><td>${escaped(whatOf(one))}</td><td>${escaped(one.originalName ?? '')}</td><td>${escaped(one.mediaType)}</td>` +
      `<td>${one.bytes}</td><td><a href="${escaped(one.path.replace(/^data\//, ''))}">${escaped(one.path)}</a></td><td>${one.record}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<title>${escaped(title)}</title>
<h1>${escaped(title)}</h1>
<p>Files lie under the names that they have in the store. Save a copy under another name to open it with the program that you want; never change them here.
How to check all of this: VERIFY.md, one folder up.</p>
<table>
<thead><tr><th>What</th><th>Name when it was handed in</th><th>Type</th><th>Bytes</th><th>File</th><th>Record</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</html>
`;
}
