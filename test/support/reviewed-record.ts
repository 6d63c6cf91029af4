/** A sealed record of a city that does not exist, as the store has it, for whoever redacts it. */
import canonicalize from 'canonicalize';
import { commitment, sha256Hex } from '#commitment.ts';
import { fieldCommitments } from '../../src/seal/field-commitments.ts';
import { keyPair, signer } from '#log/note.ts';
import { seed } from './log-scene.ts';

export const RECORD = '01990000-0000-7000-8000-0000000000ab';
export const PRODUCTION = '01990000-0000-7000-8000-0000000000cd';
export const SALT = seed('the salt of a redacted record');
export const RELEASES = keyPair('archive.example/receipts/rivertown', seed('releases'));
export const releasesKey = () => signer(RELEASES.skey);

export const POST = 'My son Toby Quill, 12, was bullied at the pool by coach Brandt. Call 816-555-0142!';
export const PICTURE = Buffer.from('the bytes of a picture');
const canonical = (value: unknown): Buffer => Buffer.from(canonicalize(value) ?? '');

const said = {
  data: {
    content: { text: POST, permalink: 'https://social.example/rivertown/posts/17' },
    author: { displayName: { value: 'Mara Quill' }, note: '' },
    notes: 'Hidden because Toby Quill was named.',
  },
};
export const FACT = canonical(said);
const files = [
  { n: 1, role: 'screenshot', mediaType: 'image/png', content: PICTURE },
  { n: 2, role: 'raw', mediaType: 'application/json', content: FACT },
].map(({ content, ...file }) => ({
  ...file,
  bytes: content.length,
  sha256: sha256Hex(content),
  commitment: commitment(SALT, `file/${file.n}`, sha256Hex(content)),
}));
const facts = [
  {
    n: 1,
    sha256: sha256Hex(FACT),
    commitment: commitment(SALT, 'fact/1', sha256Hex(FACT)),
    fields: fieldCommitments(SALT, 1, said),
  },
];
export const MANIFEST = canonical({
  format: 'holdfast-manifest-v1',
  agency: 'rivertown',
  record: RECORD,
  seal: 1,
  facts,
  files,
});
