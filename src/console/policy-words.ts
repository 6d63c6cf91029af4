/** The parts of a policy, as people say them. */
export const RULE_NAMES: Readonly<Record<string, string>> = {
  custodian: 'Who keeps the records',
  sendTo: 'Who else is sent what was removed',
  mayRemove: 'Who may remove',
  verbs: 'Words of the policy for what is done',
  notices: 'Notices that must be displayed',
  before: 'Before somebody may moderate',
  kept: 'What must be kept',
};

/** One entry of each, where somebody adds one. */
export const ENTRY_NAMES: Readonly<Record<string, string>> = {
  sendTo: 'recipient',
  mayRemove: 'person or office',
  verbs: 'word',
  notices: 'notice',
  before: 'condition',
  kept: 'duty to keep',
};

export const PURPOSE_NAMES: Readonly<Record<string, string>> = {
  remove: 'A reason to remove',
  keep: 'A reason to keep, nothing is removed',
};

export const PART_NAMES: Readonly<Record<string, string>> = {
  title: 'Title',
  source: 'Where the text comes from',
  label: 'Label',
  citation: 'Citation',
  clause: 'Text of the clause',
  purpose: 'Purpose',
  says: 'What it says',
  agreement: 'Agreement in writing',
};

/** Whether a condition asks for one; where it does not, nothing is said. */
export const AGREEMENT_NAMES: Readonly<Record<string, string>> = { asked: 'Asked for' };

/** Versions are named by whoever adds them: any text may stand in an address. */
export function versionPath(policyId: string, version: string): string {
  return `/policies/${policyId}/versions/${encodeURIComponent(version)}`;
}
