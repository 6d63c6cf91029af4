/** How long a list waits for locks that have not ended when it begins. What is locked for longer is for a later list. */
export const WAIT_MS = 48 * 3_600_000;
/** Records of one list: a certificate names each version of each, and is read whole. The database says the same (migration 0039). */
export const MOST_RECORDS = 2000;
