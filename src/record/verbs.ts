/** What a moderator may have done with content, as facts and policies name it. */
export const VERBS = [
  'delete',
  'hide',
  'unhide',
  'edit',
  'reject',
  'hold',
  'spam',
  'block',
  'ban',
  'restrict',
  'mute',
  'limit',
  'disable-comments',
  'report',
  'restore',
  'none',
] as const;
