/** Settings: all problems at once, and what only trial mode may loosen. */
import { describe, expect, test } from 'vitest';
import { parseDuration, readConfig } from '#config.ts';
import { ArchiveError } from '#errors.ts';

const problemsOf = (env: Record<string, string>): string => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ArchiveError && error.code === 'config-invalid') return error.message;
    throw error;
  }
  return '';
};
const S3 = {
  S3_ENDPOINT: 'http://127.0.0.1:1',
  S3_BUCKET: 'b',
  S3_ACCESS_KEY_ID: 'w',
  S3_SECRET_ACCESS_KEY: 's',
};

describe('settings', () => {
  test('nothing set is a trial on this machine alone', () => {
    expect(readConfig({})).toMatchObject({
      mode: 'trial',
      host: '127.0.0.1',
      port: 8080,
      databaseUrl: null,
      redisUrl: null,
      s3: null,
      leaseMs: 30 * 86_400_000,
    });
  });
  test('an empty variable is an absent one', () => {
    expect(readConfig({ REDIS_URL: '', S3_ENDPOINT: '', DATABASE_URL: '' })).toMatchObject({
      redisUrl: null,
      s3: null,
      databaseUrl: null,
    });
  });
  test('every problem is told at once', () => {
    const said = problemsOf({
      HOLDFAST_MODE: 'live',
      HOLDFAST_PORT: '99999',
      REDIS_URL: 'http://x',
      HOLDFAST_LEASE: 'soon',
      HOLDFAST_CAPTURE_ALLOW: 'everything',
    });
    for (const name of [
      'HOLDFAST_MODE',
      'HOLDFAST_PORT',
      'REDIS_URL',
      'HOLDFAST_LEASE',
      'HOLDFAST_CAPTURE_ALLOW',
    ])
      expect(said).toContain(name);
    expect(said).toContain('5 problem(s)');
  });
  test.each([
    ['opens local hosts to the capture', { HOLDFAST_CAPTURE_ALLOW: '127.0.0.1:9000' }],
    ['shortens the lease', { HOLDFAST_LEASE: '29d' }],
  ])('only trial %s', (_name, env) => {
    expect(readConfig(env).mode).toBe('trial');
    expect(problemsOf({ ...env, ...S3, HOLDFAST_MODE: 'production' })).toContain('trial mode only');
  });
  test('production asks for a store with a lock, or for someone who accepts less', () => {
    expect(problemsOf({ HOLDFAST_MODE: 'production' })).toContain('HOLDFAST_ACCEPT_FOLDER_STORE');
    expect(readConfig({ HOLDFAST_MODE: 'production', HOLDFAST_ACCEPT_FOLDER_STORE: 'yes' }).s3).toBeNull();
    expect(readConfig({ HOLDFAST_MODE: 'production', ...S3 }).s3?.bucket).toBe('b');
  });
  test('whoever writes must not be able to delete', () => {
    expect(problemsOf({ ...S3, S3_PURGE_ACCESS_KEY_ID: 'w', S3_PURGE_SECRET_ACCESS_KEY: 's' })).toContain(
      'another account',
    );
  });
  test.each([
    ['500ms', 500],
    ['45s', 45_000],
    ['90m', 5_400_000],
    ['12h', 43_200_000],
    ['30d', 2_592_000_000],
    ['1.5h', null],
    ['', null],
    ['-1s', null],
    ['1w', null],
  ])('the duration %j', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
});
