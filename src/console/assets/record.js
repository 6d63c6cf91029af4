/** Pictures of a record, each when it is asked for: it may be graphic, and each look is in the history. */
import { request, SIGNED_IN } from './api.js';
import { make } from './dom.js';

const list = document.querySelector('.hf-files');
for (const button of list.querySelectorAll('button[data-show]')) {
  button.hidden = false;
  button.addEventListener('click', () => void show(button));
}

async function show(button) {
  const { show: n, format } = button.dataset;
  const item = button.closest('li');
  const there = item.querySelector('figure');
  if (there !== null) {
    there.hidden = !there.hidden;
    button.setAttribute('aria-expanded', String(!there.hidden));
    return;
  }
  button.disabled = true;
  try {
    const answer = await request(`/v1/records/${list.dataset.record}/artifacts/${n}`, { key: SIGNED_IN, accept: 'application/octet-stream' });
    // By a type that the archive names, never the bytes' own claim.
    const address = URL.createObjectURL(new Blob([await answer.arrayBuffer()], { type: `image/${format}` }));
    const image = make('img', { src: address, alt: `Picture: file ${n} of this record` });
    const whole = make('button', { type: 'button', class: 'hf-zoom', 'aria-pressed': 'false', 'aria-label': `Enlarge file ${n}` }, image);
    whole.addEventListener('click', () => {
      const large = whole.getAttribute('aria-pressed') === 'true';
      whole.setAttribute('aria-pressed', String(!large));
    });
    item.append(make('figure', { class: 'hf-figure' }, whole));
    button.setAttribute('aria-expanded', 'true');
  } catch (error) {
    item.append(make('p', { class: 'usa-error-message', role: 'alert' }, error.message));
  } finally {
    button.disabled = false;
  }
}
