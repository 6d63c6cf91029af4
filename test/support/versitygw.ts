/**
 * The S3 server of the tests: versitygw 1.8.0.
 *
 * What was seen in it and binds this file: without `--versioning-dir` a bucket "with lock" has no versions; folders must be
 * absolute; accounts of role `user` can do nothing but what a bucket's policy allows, so the writer really cannot delete.
 * It never calls fsync: `kill9` loses nothing, a power cut would.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bringProgram, type GoProgram } from './go-program.ts';
import { startS3, type RunningS3, type S3Kind, type S3Options } from './s3-server.ts';

const run = promisify(execFile);

const PROGRAM: GoProgram = {
  name: 'versitygw',
  source: 'github.com/versity/versitygw/cmd/versitygw@v1.8.0',
  pathVariable: 'VERSITYGW_PATH',
  what: 'the S3 server versitygw v1.8.0',
};

export type RunningVersitygw = RunningS3;

const VERSITYGW: S3Kind = {
  program: PROGRAM,
  folders: ['objects', 'versions', 'iam'],
  command: ({ folder, port, region, root }) => {
    const settings = {
      port: `127.0.0.1:${port}`,
      region,
      'iam-dir': join(folder, 'iam'),
      health: '/health',
    };
    return {
      args: Object.entries(settings)
        .flatMap(([name, value]) => [`--${name}`, value])
        .concat('--quiet', 'posix', '--versioning-dir', join(folder, 'versions'), join(folder, 'objects')),
      env: { ROOT_ACCESS_KEY: root.accessKeyId, ROOT_SECRET_KEY: root.secretAccessKey },
    };
  },
  healthPath: '/health',
  addAccounts: async ({ binary, endpoint, region, root }, { writer, purger, reader, log }) => {
    const asRoot = ['--access', root.accessKeyId, '--secret', root.secretAccessKey, '--region', region];
    for (const { accessKeyId, secretAccessKey } of [writer, purger, reader, log]) {
      const account = ['--role', 'user', '--access', accessKeyId, '--secret', secretAccessKey];
      await run(binary, ['admin', ...asRoot, '--endpoint-url', endpoint, 'create-user', ...account]);
    }
  },
};

export async function bringVersitygw(): Promise<string> {
  return await bringProgram(PROGRAM);
}

export async function startVersitygw(options: S3Options = {}): Promise<RunningVersitygw> {
  return await startS3(VERSITYGW, options);
}
