/** Classification by rule. Pure: no I/O, no clock. Decisions that the law could question live here. */

export interface Classifiable {
  readonly platform: string;
  readonly account: string;
  readonly kind: string;
  readonly verb: string;
  /** `policyId#clauseId` of each ground. */
  readonly grounds: readonly string[];
}

export interface ClassificationRule {
  readonly position: number;
  /** Each member that is present must match; no member at all matches everything. */
  readonly matches: Readonly<Partial<Record<'platform' | 'account' | 'kind' | 'verb' | 'ground', string>>>;
  readonly edition: string;
  readonly series: string;
  readonly title: string;
}

export interface Classification {
  readonly edition: string;
  readonly series: string;
  /** Which rule decided and why, in a sentence. */
  readonly reason: string;
}

/** The first rule that matches, in the agency's own order; null when none does: the record is then unclassified. */
export function classify(rules: readonly ClassificationRule[], report: Classifiable): Classification | null {
  for (const rule of [...rules].sort((a, b) => a.position - b.position)) {
    const { platform, account, kind, verb, ground } = rule.matches;
    if (platform !== undefined && platform !== report.platform) continue;
    if (account !== undefined && account.toLowerCase() !== report.account.toLowerCase()) continue;
    if (kind !== undefined && kind !== report.kind) continue;
    if (verb !== undefined && verb !== report.verb) continue;
    if (ground !== undefined && !report.grounds.includes(ground)) continue;
    const because = Object.entries(rule.matches).map(([name, value]) => `${name} is ${value}`);
    return {
      edition: rule.edition,
      series: rule.series,
      reason: `Rule ${rule.position} of the agency (${because.length === 0 ? 'applies to everything' : because.join(' and ')}) leads to series ${rule.series}, ${rule.title}.`,
    };
  }
  return null;
}
