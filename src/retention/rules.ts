/** Classification by rule. Pure: no I/O, no clock. Decisions that the law could question live here. */

export interface Classifiable {
  readonly platform: string;
  readonly account: string;
  readonly kind: string;
  readonly verb: string;
  /** `policyId#clauseId` of each ground. */
  readonly grounds: readonly string[];
  /** What the content says. Absent: it is not looked at here, and no rule that asks for words applies. */
  readonly text?: string;
  /** Marks of the report (`sensitivity`), such as `criminal-justice`. Hashtags are taken from the text. Absent: as for `text`. */
  readonly marks?: readonly string[];
  /** Kinds of what is kept with it, such as the post that a comment answers: it lives as long as its longest part. Absent: not looked at here. */
  readonly contextKinds?: readonly string[];
}

/** What a rule may ask for. `tag`: a hashtag of the content, or a mark of the report. `text`: words, all of which stand in the content. */
export const RULE_MEMBERS = ['platform', 'account', 'kind', 'verb', 'ground', 'tag', 'text'] as const;
export type RuleMember = (typeof RULE_MEMBERS)[number];

export interface ClassificationRule {
  readonly position: number;
  /** Each member that is present must match; no member at all matches everything. */
  readonly matches: Readonly<Partial<Record<RuleMember, string>>>;
  readonly edition: string;
  readonly series: string;
  readonly title: string;
  readonly citation: string;
}

export interface Classification {
  readonly edition: string;
  readonly series: string;
  /** Which rule decided and why, in a sentence. */
  readonly reason: string;
}

/** The first rule that matches, in the agency's own order; null when none does: the record is then unclassified. */
export function classify(rules: readonly ClassificationRule[], report: Classifiable): Classification | null {
  return classifyAll(rules, report)[0] ?? null;
}

/** Every series to which a rule leads, in the agency's order, each with the first rule that leads there. The longest keeps the record. */
export function classifyAll(
  rules: readonly ClassificationRule[],
  report: Classifiable,
): readonly Classification[] {
  const found = new Map<string, Classification>();
  for (const rule of rules.toSorted((a, b) => a.position - b.position)) {
    const { edition, series } = rule;
    if (!found.has(`${edition} ${series}`) && applies(rule, report))
      found.set(`${edition} ${series}`, { edition, series, reason: reasonOf(rule, report) });
  }
  return [...found.values()];
}

function applies({ matches }: ClassificationRule, report: Classifiable): boolean {
  const { platform, account, kind, verb, ground, tag, text } = matches;
  return (
    (platform === undefined || platform === report.platform) &&
    (account === undefined || account.toLowerCase() === report.account.toLowerCase()) &&
    (kind === undefined || kind === report.kind || isKindOfContext(kind, report)) &&
    (verb === undefined || verb === report.verb) &&
    (ground === undefined || report.grounds.includes(ground)) &&
    (tag === undefined || isTagged(report, tag)) &&
    (text === undefined || (report.text !== undefined && saysAll(report.text, text)))
  );
}

function isKindOfContext(kind: string, { contextKinds = [] }: Classifiable): boolean {
  return contextKinds.includes(kind);
}

/** With `#` or without it, whatever its case. */
function isTagged({ text = '', marks = [] }: Classifiable, asked: string): boolean {
  const tag = folded(asked.replace(/^#/u, ''));
  const hashtags = folded(text).match(/(?<=#)[\p{L}\p{N}\p{M}_]+/gu) ?? [];
  return [...marks, ...hashtags].includes(tag);
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** Whole words, whatever their case, accents and ornaments. A rule without a word in it matches nothing. */
function saysAll(content: string, asked: string): boolean {
  const wanted = wordsOf(asked);
  const there = new Set(wordsOf(content));
  return wanted.length > 0 && wanted.every((word) => there.has(word));
}

export function wordsOf(text: string): readonly string[] {
  return (
    text
      .normalize('NFKD')
      .replaceAll(/[\p{Mn}\p{Cf}]/gu, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

function reasonOf(
  { position, matches, series, title, citation }: ClassificationRule,
  report: Classifiable,
): string {
  const because = RULE_MEMBERS.flatMap((name) => {
    const value = matches[name];
    if (value === undefined) return [];
    if (name === 'text') return [`it says “${value}”`];
    const isOther = name === 'kind' && value !== report.kind;
    return [isOther ? `what is kept with it is of kind ${value}` : `${name} is ${value}`];
  });
  return `Rule ${position} of the agency (${because.length === 0 ? 'applies to everything' : because.join(' and ')}) leads to series ${series}, ${title} (${citation}).`;
}
