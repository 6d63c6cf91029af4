/** The words of pages in other languages than English. To add a language: its folder, and a line here and in `LANGUAGES`. */
import type { Language, Messages } from './language.ts';
import { codes } from './languages/es/codes.ts';
import { pages, scripts } from './languages/es/es.ts';

type Other = Exclude<Language, 'en'>;

/** What stands in templates, and sentences of the archive's. */
export const MESSAGES: Readonly<Record<Other, Messages>> = { es: pages };

/** What scripts say: served to the pages of that language (`assets.ts`). */
export const SCRIPT_MESSAGES: Readonly<Record<Other, Messages>> = { es: scripts };

/** What histories say in codes. No messages: a code may be the same as somebody's word. */
export const CODES: Readonly<Record<string, Messages>> = { es: codes };
