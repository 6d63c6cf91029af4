/**
 * Spanish, as it is written in the United States; "usted". Not yet read by somebody who translates law: the English words are the
 * ones that count.
 */
import type { Messages } from '../../language.ts';
import { accounts } from './accounts.ts';
import { agreements } from './agreements.ts';
import { ask } from './ask.ts';
import { collect } from './collect.ts';
import { clock } from './clock.ts';
import { disposals } from './disposals.ts';
import { files } from './files.ts';
import { fixity } from './fixity.ts';
import { frame } from './frame.ts';
import { gate } from './gate.ts';
import { holds } from './holds.ts';
import { history } from './history.ts';
import { intake } from './intake.ts';
import { keys } from './keys.ts';
import { letters } from './letters.ts';
import { log } from './log.ts';
import { machine } from './machine.ts';
import { offices } from './offices.ts';
import { people } from './people.ts';
import { policies } from './policies.ts';
import { policyProblems } from './policy-problems.ts';
import { problems } from './problems.ts';
import { productions } from './productions.ts';
import { provider } from './provider.ts';
import { receipts } from './receipts.ts';
import { records } from './records.ts';
import { report } from './report.ts';
import { requests } from './requests.ts';
import { retention } from './retention.ts';
import { review } from './review.ts';
import { scripts as inScripts } from './scripts.ts';
import { scriptsReport } from './scripts-report.ts';
import { scriptsReview } from './scripts-review.ts';
import { scriptsStatus } from './scripts-status.ts';
import { signIn } from './sign-in.ts';
import { status } from './status.ts';
import { unconfirmed } from './unconfirmed.ts';
import { verify } from './verify.ts';
import { words } from './words.ts';
import { worklist } from './worklist.ts';

/** No message is in two of them: a test looks. */
export const PARTS: Readonly<Record<string, Messages>> = {
  frame,
  words,
  receipts,
  accounts,
  agreements,
  ask,
  collect,
  clock,
  disposals,
  files,
  productions,
  gate,
  fixity,
  history,
  holds,
  intake,
  keys,
  letters,
  log,
  machine,
  offices,
  people,
  policies,
  policyProblems,
  problems,
  provider,
  records,
  report,
  requests,
  retention,
  review,
  signIn,
  status,
  unconfirmed,
  verify,
  worklist,
};
export const SCRIPT_PARTS: Readonly<Record<string, Messages>> = {
  receipts,
  scriptsReport,
  scriptsReview,
  scriptsStatus,
  inScripts,
};

export const pages: Messages = Object.assign({}, ...Object.values(PARTS));
export const scripts: Messages = Object.assign({}, ...Object.values(SCRIPT_PARTS));
