/** Policies of witnesses: what C2SP tlog-policy allows, each thing that it does not, and what a quorum has. */
import { describe, expect, test } from 'vitest';
import { keyPair } from '#log/note.ts';
import { quorumOf, readWitnessPolicy, type Quorum } from '../../src/witness-policy.ts';
import { ORIGIN, seed } from '../support/log-scene.ts';

const vkey = (name: string, of = name): string => keyPair(name, seed(of), 'cosignature').vkey;
const [A, B, C, D] = ['a', 'b', 'c', 'd'].map((name) => vkey(`${name}.example/w`)) as [
  string,
  string,
  string,
  string,
];
const LOG = keyPair(ORIGIN, seed('log')).vkey;

const GOOD = `# Who looks after whom.
log ${LOG}
witness A ${A} https://a.example/
witness B ${B} http://127.0.0.1:1/w
\t witness\tC ${C}

witness D ${D}
group two 2 A B C
group one any D
group both all two one
quorum both
`;

function problemsOf(text: string): string[] {
  const problems: string[] = [];
  readWitnessPolicy(text, problems);
  return problems;
}

test('a policy is read: witnesses by the names in their keys, and who is asked where', () => {
  const problems: string[] = [];
  const policy = readWitnessPolicy(GOOD, problems);
  expect(problems).toEqual([]);
  expect(policy.logs).toEqual([LOG]);
  expect(policy.witnesses).toEqual([
    { name: 'a.example/w', vkey: A, url: 'https://a.example' },
    { name: 'b.example/w', vkey: B, url: 'http://127.0.0.1:1/w' },
    { name: 'c.example/w', vkey: C, url: null },
    { name: 'd.example/w', vkey: D, url: null },
  ]);
  const of = ['a', 'b', 'c'].map((name) => ({ witness: `${name}.example/w` }));
  expect(policy.quorum).toEqual({
    atLeast: 2,
    of: [
      { atLeast: 2, of },
      { atLeast: 1, of: [{ witness: 'd.example/w' }] },
    ],
  });
  expect(readWitnessPolicy('quorum none', []).quorum).toBeNull();
});

test.each([
  ['no quorum', `witness A ${A}`, 'no line "quorum'],
  ['two of them', `quorum none\nquorum none`, 'line 2 is not the only'],
  ['a quorum of nobody', 'quorum A', 'line 1 is not the only'],
  ['a name twice', `witness A ${A}\nwitness A ${B}\nquorum A`, 'line 2 gives the name "A"'],
  ['the name "none"', `witness none ${A}\nquorum none`, 'line 1 gives the name "none"'],
  ['a key twice', `witness A ${A}\nwitness B ${A}\nquorum A`, 'line 2 names a key'],
  [
    'a key under two names',
    `witness A ${A}\nwitness B ${vkey('other.example/w', 'a.example/w')}\nquorum A`,
    'line 2 names a key',
  ],
  [
    'two keys under one name',
    `witness A ${A}\nwitness B ${vkey('a.example/w', 'other')}\nquorum A`,
    'line 2 names a key',
  ],
  ['a log’s key for a witness', `witness A ${LOG}\nquorum none`, 'with a key of type 04'],
  ['a witness’s key for a log', `log ${A}\nquorum none`, 'with a key of type 01'],
  ['a key that is none', 'witness A a+b+c\nquorum none', 'with a key of type 04'],
  ['an address that is none', `witness A ${A} ftp://a.example\nquorum A`, 'names an address'],
  ['a group with a later name', `group G any A\nwitness A ${A}\nquorum G`, 'counts "A"'],
  ['a witness counted twice', `witness A ${A}\ngroup G 2 A A\nquorum G`, 'line 2'],
  ['a witness in two groups', `witness A ${A}\ngroup G any A\ngroup H any A G\nquorum H`, 'counts "A"'],
  ['more than there are', `witness A ${A}\ngroup G 2 A\nquorum G`, 'no more than it has members'],
  ['a threshold of none', `witness A ${A}\ngroup G 0 A\nquorum G`, 'no more than it has members'],
  ['an empty group', 'group G all\nquorum none', 'no more than it has members'],
  ['another word', 'witnesses A\nquorum none', 'begins with "witnesses"'],
])('it is refused with %s', (_name, text, said) => {
  expect(problemsOf(text).join('\n')).toContain(said);
});

describe('a quorum', () => {
  const of = (...names: string[]): Quorum[] => names.map((witness) => ({ witness }));
  const two: Quorum = { atLeast: 2, of: of('a', 'b', 'c') };
  const values = (given: Record<string, number>) => (name: string) => given[name];
  test('vouches for a log up to where enough of its witnesses do', () => {
    expect(quorumOf(two, values({ a: 10, b: 30, c: 20 }), 'largest')).toBe(20);
    expect(quorumOf(two, values({ a: 10, c: 20 }), 'largest')).toBe(10);
    expect(quorumOf(two, values({ c: 20 }), 'largest')).toBeUndefined();
  });
  test('does so since enough of them did', () => {
    expect(quorumOf(two, values({ a: 10, b: 30, c: 20 }), 'earliest')).toBe(20);
    const nested: Quorum = { atLeast: 2, of: [two, { witness: 'd' }] };
    expect(quorumOf(nested, values({ a: 10, b: 30, d: 5 }), 'earliest')).toBe(30);
    expect(quorumOf(nested, values({ a: 10, b: 30 }), 'earliest')).toBeUndefined();
  });
});
