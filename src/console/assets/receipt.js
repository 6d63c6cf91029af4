/** Fetches the printable receipt with the key, which a link cannot carry, and puts the archive's own page into this one. */
import { request } from './api.js';
import { alarm, byId } from './dom.js';
import { signIn } from './key.js';
import { t } from './words.js';

const recordId = location.pathname.split('/')[3] ?? '';
byId('back').href = `/report/records/${recordId}`;
byId('print').addEventListener('click', () => window.print());

/** Whose receipt it is shown as; null: nobody's yet. */
let shownAs = null;

// A link cannot carry a key, and neither can the files of the receipt: they are fetched, and handed to the browser to keep.
byId('receipt').addEventListener('click', async (event) => {
  const link = event.target.closest('a[download]');
  if (link === null || shownAs === null) return;
  event.preventDefault();
  alarm('failure', '');
  try {
    const answer = await request(link.getAttribute('href'), { key: shownAs, accept: '*/*' });
    const address = URL.createObjectURL(await answer.blob());
    const file = document.createElement('a');
    file.href = address;
    file.download = link.download;
    file.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  } catch (error) {
    alarm('failure', error.message);
  }
});

async function show({ key }) {
  alarm('failure', '');
  byId('receipt').replaceChildren();
  byId('print').hidden = true;
  try {
    const answer = await request(`/v1/records/${recordId}/receipt`, { key, accept: 'text/html' });
    // The archive escaped every value; and this page's policy runs no script that came with the text.
    const sent = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const receipt = sent.querySelector('article');
    if (receipt === null) throw new Error(t('The archive answered without a receipt.'));
    byId('receipt').replaceChildren(document.importNode(receipt, true));
    shownAs = key;
    document.title = sent.title;
    byId('print').hidden = false;
  } catch (error) {
    alarm('failure', error.message);
  }
}

await show(await signIn({ changed: (session) => void show(session) }));
