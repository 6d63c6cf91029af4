/** Passkeys: the browser asks its owner, the archive asked the browser. Shown only where a browser can do it. */
import { byId, say } from './dom.js';
import { inPageLanguage, t } from './words.js';

const box = byId('passkey');
const can = typeof PublicKeyCredential === 'function' && typeof PublicKeyCredential.parseCreationOptionsFromJSON === 'function';
box.hidden = !can;
let asking = false;

byId('passkey-use').addEventListener('click', async () => {
  if (asking) return;
  asking = true;
  say(byId('passkey-error'), '');
  try {
    const { register, next } = box.dataset;
    const at = register === undefined ? '/sign-in/passkey' : `${register}/passkey`;
    const { ceremonyId, options } = await post(`${at}/question`, {});
    const credential =
      register === undefined
        ? await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })
        : await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
    await post(at, { ceremonyId, response: credential.toJSON() });
    location.assign(next ?? '/');
  } catch (error) {
    say(byId('passkey-error'), sentenceOf(error));
  } finally {
    asking = false;
  }
});

class Said extends Error {}

async function post(path, body) {
  let answer;
  try {
    answer = await fetch(path, { method: 'POST', headers: { ...inPageLanguage, 'content-type': 'application/json', accept: 'application/json' }, body: JSON.stringify(body), credentials: 'same-origin', redirect: 'error' });
  } catch {
    throw new Said(t('The archive cannot be reached. Check your connection and try again.'));
  }
  const said = await answer.json().catch(() => null);
  if (!answer.ok) throw new Said(said?.detail ?? t('The archive did not answer as expected. Try again.'));
  return said;
}

function sentenceOf(error) {
  if (error instanceof Said) return error.message;
  if (error?.name === 'InvalidStateError') return t('This device has a passkey for you here already. Sign in with it.');
  if (error?.name === 'NotAllowedError') return t('Nothing was chosen, or it took too long. Try again, or use your password.');
  return t('The browser could not do that. Try again, or use your password.');
}
