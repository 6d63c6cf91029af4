/** Sentences of a receipt, which pages and scripts both show: what is missing, what it states, what a second look saw. */
import type { Messages } from '../../language.ts';

export const receipts: Messages = {};
