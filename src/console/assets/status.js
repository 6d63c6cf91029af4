/** The page of one record: may it be removed? Until a receipt says so, the answer on the page is no. */
import { Refused } from './api.js';
import { openContents } from './contents.js';
import { alarm, byId, say } from './dom.js';
import { ask, signIn } from './key.js';
import { follow } from './live.js';
import { openPictures } from './pictures.js';
import { openStatements } from './said-later.js';
import { openSender, sentenceOf } from './sending.js';
import { forgetReceipt, showReceipt } from './status-view.js';
import { t } from './words.js';

const recordId = location.pathname.split('/')[3] ?? '';
const pictures = openPictures();
const sender = openSender();
let receipt = null;
let watching = new AbortController();
let goOn = () => {};

window.addEventListener('beforeunload', (event) => {
  if (pictures.count() > 0) event.preventDefault();
});

/** What is kept without a removal is followed by its like, on the page for that. */
function nextIs(kept) {
  byId('next').href = `/${kept ? 'keep' : 'report'}?after=${encodeURIComponent(recordId)}`;
}
nextIs(false);
byId('print').href = `/report/records/${recordId}/receipt`;

/** What this key may see, the next one may not. Pictures that are not sent yet belong to the person, and stay. */
function keyReplaced() {
  receipt = null;
  alarm('failure', '');
  forgetReceipt();
  byId('rest').hidden = true;
  contents.forget();
  statements.forget();
  watching.abort();
  goOn();
}

const session = await signIn({ changed: keyReplaced });
const statements = openStatements({ recordId, session, receiptOf: () => receipt, added: () => contents.again() });
const contents = openContents({ recordId, session, onRecord: async (record) => {
  nextIs(record.verb === 'none' || record.verb === 'reject');
  await statements.showClause(record);
}, onKnown: () => (byId('rest').hidden = false) });

let adding = false;
byId('add-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  if (adding) return;
  adding = true;
  byId('add-send').setAttribute('aria-disabled', 'true');
  try {
    await addPictures();
  } finally {
    adding = false;
    byId('add-send').removeAttribute('aria-disabled');
    pictures.freeze(false);
  }
});

async function addPictures() {
  say(byId('add-failure'), '');
  const files = await pictures.files();
  if (files.length === 0) {
    say(byId('add-failure'), t('Choose or paste a picture first.'));
    byId('files').focus();
    return;
  }
  pictures.freeze(true);
  try {
    // The receipt names the account; the record itself would count as a view of its content.
    const { platform, account } = receipt;
    // The picture is a fact of its own: something was seen, and nothing more was done.
    const event = JSON.stringify({ platform, account, capture: false, action: { verb: 'none' } });
    await sender.send({ path: `/v1/records/${recordId}/facts`, key: session.key, event, files });
    pictures.freeze(false);
    pictures.clear();
    say(byId('pictures-said'), t('Received. It is being sealed; watch the state above.'));
    contents.again();
  } catch (error) {
    say(byId('add-failure'), sentenceOf(error));
    if (error instanceof Refused && error.status === 401) void ask(error.message);
  }
}

/** The only way news come to this page, in the order in which the archive sends them: nothing old overtakes anything new. */
function update(next) {
  statements.heard(receipt, next);
  receipt = next;
  showReceipt(next, session.me.zone);
  contents.look(next);
}

function showLine(connected) {
  say(byId('live'), connected ? t('Live. This page follows the record by itself.') : t('The connection to the archive is lost. It is tried again every two seconds; what you see is the last that was known.'));
}

for (;;) {
  watching = new AbortController();
  try {
    await follow({ recordId, key: session.key, signal: watching.signal, onReceipt: update, onLine: showLine });
  } catch (error) {
    say(byId('live'), '');
    if (error instanceof Refused && error.status === 401) {
      await ask(error.message);
      continue;
    }
    alarm('failure', error instanceof Refused && error.status === 404 ? t('Your agency has no such record. Check the address, or whether this is the right key.') : error.message);
    if (receipt === null) say(byId('lead'), t('Nothing is known about this record here.'));
    // Nothing more comes with this key. Another one may know the record.
    await new Promise((resolve) => {
      goOn = () => resolve(undefined);
    });
  }
}
