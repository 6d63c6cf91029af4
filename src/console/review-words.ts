/** Names of decisions, of fields and of how far a provision was read. */

export const ANSWER_NAMES: Readonly<Record<string, string>> = {
  release: 'Release it',
  part: 'Part of it',
  withhold: 'Withhold it',
  'not-responsive': 'Does not answer the request',
};

export const FILTER_NAMES: Readonly<Record<string, string>> = {
  undecided: 'Not decided yet',
  changed: 'Something came since',
  release: 'Released',
  part: 'Released in part',
  withhold: 'Withheld',
  'not-responsive': 'Does not answer',
};

/** By the JSON Pointer of a field in a fact. */
export const FIELD_NAMES: Readonly<Record<string, string>> = {
  '/data/content/text': 'Text of the content',
  '/data/content/html': 'The content as HTML',
  '/data/content/permalink': 'Address of the content',
  '/data/content/parent/excerpt': 'What it answers to',
  '/data/author/displayName/value': 'Name of the author',
  '/data/author/handle/value': 'Handle of the author',
  '/data/author/nativeId/value': 'The platform’s id of the author',
  '/data/author/profileUrl/value': 'Address of the author’s profile',
  '/data/author/email/value': 'E-mail address of the author',
  '/data/author/ip/value': 'Network address of the author',
  '/data/author/note': 'Note about the author',
  '/data/action/statement': 'Why it was done, in words',
  '/data/action/actor/name': 'Who did it',
  '/data/notes': 'Notes',
};

export const MARK_NAMES: Readonly<Record<string, string>> = {
  verified: 'read in the statute',
  secondary: 'read in a copy only',
  summary: 'read in a summary only',
  'number-not-verified': 'number not verified',
  'heading-only': 'only the heading was read',
};

export const SURE_NAMES: Readonly<Record<string, string>> = {
  high: 'likely',
  medium: 'possible',
  low: 'uncertain',
};
