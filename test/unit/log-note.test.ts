/** Signed notes: the examples of the specification, keys that change, and everything that is no note. */
import { createHash, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cosignedAt,
  isKeyName,
  keyPair,
  openNote,
  parseNote,
  signer,
  signNote,
  verifierKey,
} from '#log/note.ts';
import { codeFrom, flipped, NEW, OLD, seed, WITNESS } from '../support/log-scene.ts';

const old = verifierKey(OLD.vkey);
const young = verifierKey(NEW.vkey);
const witness = verifierKey(WITNESS.vkey);
const note = signNote('one\ntwo\n', [signer(OLD.skey)]);
/** A note with another text or other signature lines. */
const changed = (from: string | RegExp, to: string): Buffer => Buffer.from(note.toString().replace(from, to));

describe('notes of others', () => {
  test('the example of the specification verifies', () => {
    const key = verifierKey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
    const opened = openNote(
      Buffer.from(
        'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n',
      ),
      [key],
    );
    expect(opened.text).toBe('This is an example message.\n');
    expect(opened.signedBy).toEqual([key]);
  });

  test('the example of the Go package comes out byte for byte', () => {
    const one = signer('PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz');
    expect(one.vkey).toBe('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
    const text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    expect(signNote(text, [one]).toString()).toBe(
      `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`,
    );
  });
});

describe('opening a note', () => {
  test('what was signed opens with the key, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (words, both) => {
        // eslint-disable-next-line no-control-regex -- a note has none
        const text = `${words.replaceAll(/[\u0000-\u001f]/g, '\n')}\n`;
        const bytes = signNote(text, both ? [signer(OLD.skey), signer(NEW.skey)] : [signer(OLD.skey)]);
        const opened = openNote(bytes, [old, young]);
        expect(opened.text).toBe(text);
        expect(opened.signedBy).toEqual(both ? [old, young] : [old]);
      }),
    );
  });

  test('a single bit anywhere refuses it', () => {
    for (let bit = 0; bit < note.length * 8; bit += 1)
      expect(
        codeFrom(() => openNote(flipped(note, bit), [old])),
        `bit ${bit}`,
      ).toMatch(/^log-(note-malformed|note-unsigned|signature-wrong)$/);
  });

  test('while keys change either one opens what both signed, and neither what only the other did', () => {
    const both = signNote('one\n', [signer(OLD.skey), signer(NEW.skey)]);
    expect(openNote(both, [old]).signedBy).toEqual([old]);
    expect(openNote(both, [young]).signedBy).toEqual([young]);
    expect(openNote(note, [young, old]).signedBy).toEqual([old]);
    expect(codeFrom(() => openNote(note, [young]))).toBe('log-note-unsigned');
    expect(codeFrom(() => openNote(note, []))).toBe('log-note-unsigned');
  });

  test('a known name with an unknown id is passed over', () => {
    expect(old.name).toBe(young.name);
    const both = signNote('one\n', [signer(OLD.skey), signer(NEW.skey)]);
    const broken = both.toString().split('\n');
    // The second line is of the key that this reader does not know: what stands in it does not matter.
    broken[3] = `— ${young.name} ${Buffer.concat([Buffer.from(young.id, 'hex'), Buffer.alloc(64)]).toString('base64')}`;
    expect(openNote(Buffer.from(broken.join('\n')), [old]).signedBy).toEqual([old]);
  });

  test('a wrong signature of a known key refuses the note, also beside right ones', () => {
    const forged = signNote('other\n', [signer(NEW.skey)])
      .toString()
      .split('\n')[2];
    expect(codeFrom(() => openNote(changed(/$/, `${forged}\n`), [old, young]))).toBe('log-signature-wrong');
    expect(openNote(changed(/$/, `${forged}\n`), [old]).signedBy).toEqual([old]);
  });

  test('sixteen signatures and more are read, and a repeated one counts once', () => {
    const signers = Array.from({ length: 40 }, (_, n) => keyPair(`log.example/${n}`, seed(`${n}`)));
    const bytes = signNote(
      'many\n',
      [...signers, ...signers].map(({ skey }) => signer(skey)),
    );
    expect(
      openNote(
        bytes,
        signers.map(({ vkey }) => verifierKey(vkey)),
      ).signedBy.length,
    ).toBe(40);
    expect(parseNote(bytes).signatures.length).toBe(80);
  });

  test('two known keys with one name and id are a mistake of whoever configured them', () => {
    expect(() => openNote(note, [old, verifierKey(OLD.vkey)])).toThrow('the same name and id');
  });

  const line = note.toString().split('\n')[3] as string;
  test.each([
    ['nothing', ''],
    ['no empty line', `one\n${line}\n`],
    ['no signature', 'one\n\n'],
    ['no newline at its end', `one\n\n${line}`],
    ['a carriage return', `one\r\n\n${line}\n`],
    ['a carriage return after a signature', `one\n\n${line}\r\n`],
    ['a tabulator', `o\tne\n\n${line}\n`],
    ['a zero byte', `o\0ne\n\n${line}\n`],
    ['a hyphen for the dash', `one\n\n${line.replace('—', '-')}\n`],
    ['two spaces', `one\n\n${line.replace('— ', '—  ')}\n`],
    ['a space at the end', `one\n\n${line} \n`],
    ['a plus sign in the name', `one\n\n${line.replace('rivertown', 'river+town')}\n`],
    ['a space of another kind in the name', `one\n\n${line.replace('rivertown', 'river\u00a0town')}\n`],
    ['no name', `one\n\n—  ${line.split(' ')[2]}\n`],
    ['Base64 without padding', `one\n\n${line.replace(/=+$/, '')}\n`],
    ['Base64 for addresses', `one\n\n${line.replace(/ [^ ]*$/, ` ${'_'.repeat(88)}`)}\n`],
    ['Base64 with bits to spare', `one\n\n— a ${Buffer.alloc(68).toString('base64').replace('A=', 'B=')}\n`],
    ['a signature of nothing', `one\n\n— a AAAAAA==\n`],
    ['text after the signatures', `one\n\n${line}\nmore\n`],
    ['101 signatures', `one\n\n${`${line}\n`.repeat(101)}`],
    ['a megabyte', `${'o'.repeat(1_048_576)}\n\n${line}\n`],
  ])('with %s is none', (_, text) => {
    expect(codeFrom(() => openNote(Buffer.from(text), [old]))).toBe('log-note-malformed');
  });

  test('what is not UTF-8 is none', () => {
    expect(codeFrom(() => parseNote(Buffer.concat([Buffer.from([0xff]), note])))).toBe('log-note-malformed');
    // A byte order mark is a character of the text, so it is not what was signed.
    expect(codeFrom(() => openNote(Buffer.concat([Buffer.from('\ufeff'), note]), [old]))).toBe(
      'log-signature-wrong',
    );
  });

  test('an empty line in the text belongs to the text', () => {
    expect(openNote(signNote('\n\na\n\n\n', [signer(OLD.skey)]), [old]).text).toBe('\n\na\n\n\n');
  });
});

describe('signing', () => {
  test.each(['', 'no newline', 'a\tb\n', 'a\r\n', 'a\0\n', '\ud800\n'])('%j is refused', (text) => {
    expect(() => signNote(text, [signer(OLD.skey)])).toThrow('A note has no control characters');
  });

  test('without a key is refused', () => {
    expect(() => signNote('one\n', [])).toThrow('without a signature');
  });
});

describe('keys as text', () => {
  test('read back as what was written', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter(isKeyName),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (name, bytes) => {
          const pair = keyPair(name, bytes);
          expect(signer(pair.skey).vkey).toBe(pair.vkey);
          const key = verifierKey(pair.vkey);
          expect([key.name, key.type, `${key.name}+${key.id}`]).toEqual([
            name,
            'ed25519',
            pair.vkey.split('+', 2).join('+'),
          ]);
        },
      ),
    );
  });

  test('the same key has another id under another name, and as a witness', () => {
    const ids = [
      keyPair('a', seed('x')),
      keyPair('b', seed('x')),
      keyPair('a', seed('x'), 'cosignature'),
    ].map(({ vkey }) => vkey.split('+')[1]);
    expect(new Set(ids).size).toBe(3);
  });

  // There is a plus sign in the Base64 of this key.
  const [name = '', id = '', ...encoded] = OLD.vkey.split('+');
  const key = encoded.join('+');
  test.each([
    ['', 'nothing'],
    [`${name}+${id}`, 'no key'],
    [`+${id}+${key}`, 'no name'],
    [`${name}+${id.toUpperCase()}+${key}`, 'an id in capitals'],
    [`${name}+00000000+${key}`, 'another id'],
    [`${name}x+${id}+${key}`, 'another name'],
    [`${name}+${id}+${key} `, 'a space'],
    [`${name}+${id}+${key.slice(0, -4)}`, 'a short key'],
    [`${name}+${id}+Av${key.slice(2)}`, 'another type'],
    [`${name}+${id}+${key}+`, 'something behind it'],
    [OLD.skey, 'a secret key'],
  ])('%j is no verifier key (%s)', (text) => {
    expect(codeFrom(() => verifierKey(text))).toBe('log-key-malformed');
  });

  test('a key of another length is none under its own id either', () => {
    for (const size of [0, 31, 33]) {
      const other = Buffer.alloc(1 + size, 1);
      const otherId = createHash('sha256').update(`a\n`).update(other).digest('hex').slice(0, 8);
      expect(codeFrom(() => verifierKey(`a+${otherId}+${other.toString('base64')}`))).toBe(
        'log-key-malformed',
      );
    }
  });

  test('the cases above differ from a key in that one place', () => {
    expect(encoded.length).toBeGreaterThan(1);
    expect(verifierKey(`${name}+${id}+${key}`).id).toBe(id);
  });

  test('every malformed signer key is refused, and no refusal repeats the secret', () => {
    const secret = OLD.skey.split('+').slice(4).join('+');
    const cases = [
      '',
      OLD.vkey,
      secret,
      OLD.skey.replace('PRIVATE', 'PUBLIC'),
      OLD.skey.replace(id, '00000000'),
      OLD.skey.replace('rivertown', 'other'),
      OLD.skey.slice(0, -4),
      `${OLD.skey}\n`,
      keyPair(name, seed('old'), 'cosignature').skey,
      `PRIVATE+KEY+${name}+${id}+${Buffer.concat([Buffer.from([4]), seed('old')]).toString('base64')}`,
    ];
    for (const text of cases) {
      let message = 'accepted';
      try {
        signer(text);
      } catch (error) {
        message = String(error);
      }
      expect(message).toMatch(/^ArchiveError: (This is not a signer key|The id of this signer key)/);
      expect(message).not.toContain(secret.slice(0, 12));
    }
    for (const other of ['', 'a b', 'a\u2003b', 'a+b', 'a\u0001b', '\ud800'])
      expect(
        codeFrom(() => keyPair(other, seed('x'))),
        JSON.stringify(other),
      ).toBe('log-key-malformed');
    expect(codeFrom(() => keyPair('é\u007f', seed('x')))).toBe('accepted');
    expect(codeFrom(() => keyPair('a', Buffer.alloc(31)))).toBe('log-key-malformed');
  });
});

describe('a witness', () => {
  /** As a witness of ours would: its time, the text, its key. */
  function cosign(text: string, seconds: bigint): string {
    const head = Buffer.from('302e020100300506032b657004220420', 'hex');
    const key = { key: Buffer.concat([head, seed('witness')]), format: 'der', type: 'pkcs8' } as const;
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`), key);
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(seconds);
    return `— ${witness.name} ${Buffer.concat([Buffer.from(witness.id, 'hex'), time, signature]).toString('base64')}\n`;
  }

  test('is heard with its time, and a bit of the time refuses it', () => {
    const bytes = Buffer.concat([note, Buffer.from(cosign('one\ntwo\n', 1_700_000_000n))]);
    const opened = openNote(bytes, [old, witness]);
    expect(opened.signedBy).toEqual([old, witness]);
    const cosignature = opened.signatures[1]?.signature as Buffer;
    expect(cosignedAt(cosignature)).toBe(1_700_000_000n);
    for (let bit = 0; bit < cosignature.length * 8; bit += 1)
      expect(witness.verify('one\ntwo\n', flipped(cosignature, bit))).toBe(false);
    expect(witness.verify('one\n', cosignature)).toBe(false);
    for (const part of [cosignature.subarray(8), cosignature.subarray(0, 3), cosignature.subarray(0, -1)])
      expect(witness.verify('one\ntwo\n', part)).toBe(false);
    expect(
      old.verify(
        'one\n',
        Buffer.concat([parseNote(note).signatures[0]?.signature as Buffer, Buffer.alloc(1)]),
      ),
    ).toBe(false);
  });

  test('is not heard with a time past what is allowed', () => {
    const bytes = Buffer.concat([note, Buffer.from(cosign('one\ntwo\n', 2n ** 63n))]);
    expect(codeFrom(() => openNote(bytes, [old, witness]))).toBe('log-signature-wrong');
    expect(openNote(bytes, [old]).signedBy).toEqual([old]);
  });
});
