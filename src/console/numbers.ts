/** Figures in the language of the page. */
import { perLanguage, type Markup } from './html.ts';

export const number = (value: number): Markup =>
  perLanguage((language) => new Intl.NumberFormat(`${language}-US`).format(value));
