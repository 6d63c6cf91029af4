/**
 * Why a step failed or stopped, for everybody who may see the record: what happened and who must act. What the error itself
 * said names machines, folders and keys of the store; it is in the log and in the administrator's list of parked steps.
 */
const REASONS: Readonly<Record<string, string>> = {
  'worker-died': 'The programs that worked on it ended, one after another.',
  'staging-lost': 'A file that was handed in is no longer where it waited to be sealed.',
  'staging-unavailable': 'The folder where files wait to be sealed cannot be reached.',
  'disk-full': 'A disk of the archive is full.',
  'database-down': 'The archive’s database could not be reached.',
  'store-down': 'The store could not be reached.',
  'store-refused': 'The store did not pass its checks, so nothing is sealed into it.',
  'store-clock-skewed': 'The store’s clock differs too much from the archive’s.',
  'store-conflict': 'The store already holds something else where this belongs.',
  'store-lock-not-confirmed': 'The store does not confirm the lock that it was asked for.',
  'store-object-missing': 'The store no longer has what was put into it.',
  'store-object-locked': 'The store does not allow the change.',
  'store-journal-broken': 'The store’s own record of its changes is damaged.',
  'digest-mismatch': 'The store gave back other bytes than it was given.',
  'browser-missing': 'No browser could be started to look at the page.',
  'browser-crashed': 'The browser that looked at the page broke down.',
  'log-late': 'The log has not published what was waited for.',
  'clock-skewed': 'The clocks of the archive’s machines differ too much.',
};
const UNKNOWN = 'Something happened that the archive does not expect.';

export function reasonOf(code: string): string {
  const reason = Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
  return `${reason ?? UNKNOWN} The administrator finds the particulars under this code.`;
}
