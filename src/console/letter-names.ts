/** What the pages of letters call their kinds, their charges and their work. */
export const LETTER_NAMES: Readonly<Record<string, string>> = {
  acknowledgement: 'Acknowledgement',
  delay: 'Delay, with cause, place, time and date',
  'fee-estimate': 'Estimate of the fee',
  invoice: 'Invoice',
  denial: 'Denial, with the provision of law',
  'partial-denial': 'Denial in part, with the provision of law',
  question: 'Question to the requester',
  'withdrawal-notice': 'Notice that the request may count as withdrawn',
  closing: 'Closing letter',
  'no-records': 'No records, with the certificate of a search',
  records: 'Here are the records, with the link to them',
};

export const LETTER_LANGUAGE_NAMES: Readonly<Record<string, string>> = { en: 'in English', es: 'in Spanish' };

export const CHARGE_NAMES: Readonly<Record<string, string>> = {
  pages: 'Paper copies, by the page',
  duplicating: 'Time for duplicating paper, minutes',
  research: 'Research time, minutes',
  copying: 'Time for copying electronic records, minutes',
  programming: 'Time for programming, minutes',
  medium: 'Medium of the copy, pieces',
  'larger-sheets': 'Sheets larger than nine by fourteen inches',
  'attorney-review': 'Review by an attorney, minutes',
  redaction: 'Time for redaction, minutes',
  'electronic-pages': 'Pages of electronic copies',
};

export const WORK_NAMES: Readonly<Record<string, string>> = {
  duplicating: 'duplicating paper',
  research: 'research',
  copying: 'copying electronic records',
  programming: 'programming',
};

export const OUTCOME_NAMES: Readonly<Record<string, string>> = {
  granted: 'granted: all of it was made available',
  partly: 'granted in part',
  denied: 'access was denied',
  'no-records': 'no record was found that answers it',
  withdrawn: 'withdrawn by its requester',
  lapsed: 'lapsed after a notice',
};
