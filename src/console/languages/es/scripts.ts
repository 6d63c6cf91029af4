/** What scripts say (`assets/*.js`), with `{1}`, `{2}` in the places of values. */
import type { Messages } from '../../language.ts';

export const scripts: Messages = {};
