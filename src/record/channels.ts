/** The ways on which a fact may come, as the reference schema names them. Sources of ours carry one, and so may the source of a key. */
export const CHANNELS = [
  'webhook',
  'api-poll',
  'browser-extension',
  'bookmarklet',
  'share-target',
  'web-form',
  'mobile-upload',
  'email',
  'import',
] as const;
