/** What may stand in a field that a person fills in. Refused, never trimmed. */

/** Null: there is nothing wrong with it, or nothing there. */
export function wordsOrNot(text: string | null, most: number): string | null {
  return text === null || isWords(text, most)
    ? null
    : `Enter 1 to ${most.toLocaleString('en-US')} characters, without blanks at the beginning or end.`;
}

export function isWords(value: unknown, most: number): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value.trim() === value &&
    value.length <= most &&
    !value.includes('\0') &&
    value.isWellFormed()
  );
}

/** YYYY-MM-DD, and the calendar has it; from the year 1000 to 2999, as everywhere here. Postgres has no year 0. */
export function civilDay(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^[12]\d{3}-\d\d-\d\d$/.test(value) &&
    !Number.isNaN(Date.parse(`${value}T00:00:00Z`)) &&
    new Date(`${value}T00:00:00Z`).toISOString().startsWith(value)
  );
}
