/**
 * Looks again at a page on which something is being done, so that nobody has to press for it. Not while somebody types or has changed a field, for that
 * would be lost; and not while nobody looks, for each look is an entry of the history.
 */
const own = document.querySelector('script[data-again]');
const after = Number(own?.dataset.after ?? 15) * 1000;
const to = own?.dataset.again ?? location.pathname;

const typed = () =>
  [...document.querySelectorAll('input, textarea, select')].some((field) =>
    field.type === 'hidden'
      ? false
      : field.type === 'checkbox' || field.type === 'radio'
        ? field.checked !== field.defaultChecked
        : field.tagName === 'SELECT'
          ? [...field.options].some((one) => one.selected !== one.defaultSelected) &&
            [...field.options].some((one) => one.defaultSelected)
          : field.value !== field.defaultValue,
  );
const isBusy = () =>
  document.hidden ||
  typed() ||
  document.querySelector('details[open]') !== null ||
  document.activeElement?.matches('input, textarea, select') === true;

setInterval(() => {
  if (!isBusy()) location.replace(to);
}, after);
