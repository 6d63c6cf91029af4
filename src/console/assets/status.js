/** The page of one record: may it be removed? Until a receipt says so, the answer on the page is no. */
import { read, Refused, request, newAttemptKey } from './api.js';
import { alarm, byId, say } from './dom.js';
import { ask, signIn } from './key.js';
import { follow } from './live.js';
import { openPictures } from './pictures.js';
import { openSender, sentenceOf } from './sending.js';
import { showReceipt } from './status-view.js';

const recordId = location.pathname.split('/')[3] ?? '';
const pictures = openPictures();
const sender = openSender();
let session = await signIn();
let known = false;

window.addEventListener('beforeunload', (event) => {
  if (pictures.count() > 0) event.preventDefault();
});

byId('print').href = `/report/records/${recordId}/receipt`;

/** Kept over attempts, so that pressing again after a broken line confirms once. */
const removalKey = newAttemptKey();
let confirming = false;
byId('removed').addEventListener('click', async () => {
  if (confirming) return;
  confirming = true;
  byId('removed').setAttribute('aria-disabled', 'true');
  say(byId('removed-said'), 'One moment…');
  try {
    // No time is sent: nobody noted it. The archive writes down that it was not after now.
    await request(`/v1/records/${recordId}/removal`, { key: session.key, method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': removalKey, 'holdfast-channel': 'web-form' }, body: '{}' });
    say(byId('removed-said'), 'Thank you. The removal is on record.');
    byId('removed').hidden = true;
  } catch (error) {
    say(byId('removed-said'), error instanceof Refused && error.status !== 401 ? error.message : 'This could not be recorded just now. Press the button again.');
    if (error instanceof Refused && error.status === 401) void ask(error.message).then((fresh) => (session = fresh));
  } finally {
    confirming = false;
    byId('removed').removeAttribute('aria-disabled');
  }
});

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
    say(byId('add-failure'), 'Choose or paste a picture first.');
    byId('files').focus();
    return;
  }
  pictures.freeze(true);
  try {
    // The receipt names the account; the record itself would count as a view of its content.
    const { platform, account } = await read(`/v1/records/${recordId}/receipt`, { key: session.key });
    // The picture is a fact of its own: something was seen, and nothing more was done.
    const event = JSON.stringify({ platform, account, capture: false, action: { verb: 'none' } });
    await sender.send({ path: `/v1/records/${recordId}/facts`, key: session.key, event, files });
    pictures.freeze(false);
    pictures.clear();
    say(byId('pictures-said'), 'Received. It is being sealed; watch the state above.');
  } catch (error) {
    say(byId('add-failure'), sentenceOf(error));
    if (error instanceof Refused && error.status === 401) void ask(error.message).then((fresh) => (session = fresh));
  }
}

/** The only way news come to this page, in the order in which the archive sends them: nothing old overtakes anything new. */
function update(next) {
  known = true;
  showReceipt(next, session.me.zone);
}

function showLine(connected) {
  say(byId('live'), connected ? 'Live. This page follows the record by itself.' : 'The connection to the archive is lost. It is tried again every two seconds; what you see is the last that was known.');
}

for (;;) {
  try {
    await follow({ recordId, key: session.key, onReceipt: update, onLine: showLine });
  } catch (error) {
    if (error instanceof Refused && error.status === 401) {
      say(byId('live'), '');
      session = await ask(error.message);
      continue;
    }
    say(byId('live'), '');
    alarm('failure', error instanceof Refused && error.status === 404 ? 'Your agency has no such record. Check the address, or whether this is the right key.' : error.message);
    if (!known) say(byId('lead'), 'Nothing is known about this record here.');
    break;
  }
}
