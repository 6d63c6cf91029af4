/** What became of a policy, and what a policy must look like. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparePolicies, NO_RULES, PACKS, policyProblems, readPolicyFile } from '#agency/agency.ts';
import { wordsBetween } from '#agency/policy-comparison.ts';

const shown = (was: string, is: string): string =>
  wordsBetween(was, is)
    .map((piece) => ({ same: piece.text, gone: `[-${piece.text}-]`, new: `[+${piece.text}+]` })[piece.is])
    .join('');

describe('word by word', () => {
  test.each([
    [
      'Offers of goods for sale.',
      'Offers of goods or services for sale.',
      'Offers of goods [+or services +]for sale.',
    ],
    ['Off topic comments', 'Comments off topic', '[-Off topic comments-][+Comments off topic+]'],
    ['a b c', 'a x y c', 'a [-b-][+x y+] c'],
    ['Goods for sale.', 'Goods for sale, and links.', 'Goods for sale[+, and links+].'],
    ['', 'all of it', '[+all of it+]'],
    ['all of it', '', '[-all of it-]'],
    ['the same', 'the same', 'the same'],
  ])('%j to %j', (was, is, marked) => {
    expect(shown(was, is)).toBe(marked);
  });

  test('each side can be put together again from the pieces, whatever the texts', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', ' ', '  ', '\n', 'ä“', '.', '\u{1f600}', '\ud800'), {
        maxLength: 40,
      })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(text, text, (was, is) => {
        const pieces = wordsBetween(was, is);
        const side = (leave: string): string =>
          pieces
            .filter((piece) => piece.is !== leave)
            .map((piece) => piece.text)
            .join('');
        expect([side('new'), side('gone')]).toEqual([was, is]);
      }),
      { numRuns: 500 },
    );
  });

  test('a clause of the largest size is compared at once', () => {
    const long = Array.from({ length: 4000 }, (_, i) => `w${i}`)
      .join(' ')
      .slice(0, 20_000);
    const started = performance.now();
    const pieces = wordsBetween(long, long.split(' ').toReversed().join(' '));
    expect(performance.now() - started).toBeLessThan(2000);
    expect(pieces.length).toBeGreaterThan(1);
  });
});

describe('two versions', () => {
  const was = PACKS[0];
  if (was === undefined) throw new Error('There are no packs.');
  const version = { ...was, effectiveOn: was.effectiveOn ?? '2026-01-01' };

  test('that say the same have no changes', () => {
    expect(comparePolicies(version, version)).toEqual({ changes: [], order: null });
  });

  test('are told apart by what was added, removed, changed and put elsewhere', () => {
    const [first, second, ...rest] = version.grounds;
    if (first === undefined || second === undefined) throw new Error('There are no clauses.');
    const rules = version.rules ?? NO_RULES;
    const is = {
      ...version,
      grounds: [
        ...rest.slice(1),
        { ...first, clause: `${first.clause} And more.` },
        { ...first, clauseId: 'e.11', label: 'New' },
        second,
      ],
      rules: {
        ...rules,
        custodian: null,
        verbs: rules.verbs.map((verb) => ({ ...verb, says: `${verb.says}!` })),
      },
    };
    const { changes, order } = comparePolicies(version, is);
    expect(changes.map((one) => `${one.is} ${one.of} ${one.name ?? ''}`.trim())).toEqual([
      'changed ground e.1',
      'added ground e.11',
      'removed ground e.3',
      'removed custodian',
      'changed verbs hide',
      'changed verbs delete',
      'changed verbs restrict',
    ]);
    expect(order?.is.at(-1)).toBe('e.2');
  });
});

describe('a policy as a file', () => {
  const ground = { clauseId: 'a', label: 'L', citation: 'C', clause: 'Words' };
  const file = (more: object): string =>
    JSON.stringify({
      policyId: 'x-y',
      version: '1',
      title: 'T',
      effectiveOn: '2026-01-01',
      grounds: [ground],
      ...more,
    });

  test('may say a purpose, rules and a source, and what it does not say is said to be so', () => {
    const says = { says: 'S', citation: 'C' };
    const { policy, problems } = readPolicyFile(
      file({
        source: 'The City Clerk’s copy.',
        grounds: [ground, { ...ground, clauseId: 'b', purpose: 'keep' }],
        rules: { custodian: says, notices: [says], verbs: [{ verb: 'hide', ...says }] },
      }),
    );
    expect(problems).toBeUndefined();
    expect(policy?.rules).toEqual({
      ...NO_RULES,
      custodian: says,
      notices: [says],
      verbs: [{ verb: 'hide', ...says }],
    });
    expect(policy?.grounds[1]?.purpose).toBe('keep');
    expect(readPolicyFile(file({})).policy?.rules).toEqual(NO_RULES);
  });

  test('each pack passes the same rules', () => {
    for (const { body: _body, effectiveOn, ...pack } of PACKS)
      expect(policyProblems({ ...pack, effectiveOn: effectiveOn ?? '2026-01-01' })).toEqual([]);
  });

  test.each([
    [
      'a purpose that is none',
      { grounds: [{ ...ground, purpose: 'burn' }] },
      'grounds[0].purpose: expected one of: remove, keep',
    ],
    [
      'a verb that is none',
      { rules: { verbs: [{ verb: 'zap', says: 'S', citation: 'C' }] } },
      'rules.verbs[0].verb: expected one of: delete',
    ],
    ['a rule without citation', { rules: { kept: [{ says: 'S' }] } }, 'rules.kept[0].citation: is missing'],
    ['a rule that nobody knows', { rules: { tone: [] } }, 'rules.tone: is not known here'],
    [
      'a custodian that is a name',
      { rules: { custodian: 'Clerk' } },
      'rules.custodian: expected { … } with says, citation',
    ],
    ['a list that is none', { rules: { notices: {} } }, 'rules.notices: expected a list'],
    ['rules that are none', { rules: null }, 'rules: expected { … }'],
    ['a source that is empty', { source: '' }, 'source: expected a text'],
  ])('is refused for %s, with its line', (_what, more, sentence) => {
    const { problems } = readPolicyFile(file(more));
    expect(problems).toHaveLength(1);
    expect(problems?.[0]).toContain(`line 1: ${sentence}`);
  });
});
