/** Pictures of a record, each when it is asked for: it may be graphic, and each look is in the history. In place, without a new page. */
import { SIGNED_IN } from './api.js';
import { make } from './dom.js';
import { lookAt } from './look.js';
import { t } from './words.js';

const list = document.querySelector('.hf-files');
for (const form of list.querySelectorAll('form[data-look]')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void show(form);
  });
}

async function show(form) {
  const n = form.dataset.look;
  const button = form.querySelector('button');
  if (button.getAttribute('aria-disabled') === 'true') return;
  const there = form.querySelector('figure');
  if (there !== null) {
    turn(form, button, there.hidden);
    return;
  }
  button.setAttribute('aria-disabled', 'true');
  form.querySelector('.usa-error-message')?.remove();
  const preview = form.dataset.as === 'preview';
  const making = make('p', { class: 'hf-small', role: 'status' }, t('The preview is being made. It takes a few seconds.'));
  if (preview) button.after(making);
  try {
    const alt = preview ? t('Preview of file {} of this record', n) : t('Picture: file {} of this record', n);
    const image = await lookAt(list.dataset.record, n, SIGNED_IN, alt);
    const whole = make('button', { type: 'button', class: 'hf-zoom', 'aria-pressed': 'false', 'aria-label': t('Enlarge file {}', n) }, image);
    whole.addEventListener('click', () => {
      const large = whole.getAttribute('aria-pressed') === 'true';
      whole.setAttribute('aria-pressed', String(!large));
    });
    button.before(make('figure', { class: 'hf-figure' }, whole));
    turn(form, button, true);
  } catch (error) {
    form.append(make('p', { class: 'usa-error-message', role: 'alert' }, error.message));
  } finally {
    making.remove();
    button.removeAttribute('aria-disabled');
  }
}

/** Shown or covered again. The name of the file stays in the button, for who hears the page. */
function turn(form, button, shown) {
  form.querySelector('figure').hidden = !shown;
  // An SVG has no `hidden` of its own.
  form.querySelector('.hf-cover').toggleAttribute('hidden', shown);
  button.firstChild.textContent = `${shown ? t('Cover') : t('Show')} `;
  button.setAttribute('aria-expanded', String(shown));
}
