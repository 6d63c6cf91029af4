/**
 * The second S3 server, of the gate: the last public source of MinIO (February 2026). Always on loopback, without its
 * console, and without its look for updates and its call home, so that it sends nothing anywhere.
 *
 * Its accounts are service accounts of the administrator with a policy of their own, which is all that they may do. MinIO
 * reads no account out of a bucket's policy. The call that makes one takes a body sealed with the administrator's secret.
 */
import { argon2Sync, createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { S3Credentials } from '#config.ts';
import { ACTIONS } from '#store/s3-bucket.ts';
import { bringProgram, type GoProgram } from './go-program.ts';
import { startS3, type RunningS3, type S3Kind, type S3Options, type S3Place } from './s3-server.ts';

const PROGRAM: GoProgram = {
  name: 'minio',
  source: 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c',
  pathVariable: 'MINIO_PATH',
  what: 'the S3 server MinIO in its last version',
};

const MINIO: S3Kind = {
  program: PROGRAM,
  folders: ['data'],
  command: ({ folder, port, region, root }) => ({
    args: ['server', '--quiet', '--address', `127.0.0.1:${port}`, join(folder, 'data')],
    env: {
      MINIO_ROOT_USER: root.accessKeyId,
      MINIO_ROOT_PASSWORD: root.secretAccessKey,
      MINIO_SITE_REGION: region,
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
      MINIO_CALLHOME_ENABLE: 'off',
    },
  }),
  // Alive is sooner than able to take an account; this one waits for both.
  healthPath: '/minio/health/ready',
  addAccounts: async (place, { writer, purger, reader, log }) => {
    for (const [account, actions] of [
      [writer, [...ACTIONS.parts, ...ACTIONS.write]],
      [purger, [...ACTIONS.parts, ...ACTIONS.purge]],
      [reader, []],
      [log, [...ACTIONS.parts, ...ACTIONS.write]],
    ] as const)
      await addAccount(place, account, [...ACTIONS.list, ...ACTIONS.read, ...actions]);
  },
};

async function addAccount(place: S3Place, account: S3Credentials, actions: string[]): Promise<void> {
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: ['arn:aws:s3:::*'] }],
  };
  const { accessKeyId: accessKey, secretAccessKey: secretKey } = account;
  const body = sealedFor(place.root.secretAccessKey, JSON.stringify({ accessKey, secretKey, policy }));
  const path = '/minio/admin/v3/add-service-account';
  const response = await fetch(`${place.endpoint}${path}`, {
    method: 'PUT',
    headers: signature(place, 'PUT', path, body),
    body: new Uint8Array(body),
  });
  if (!response.ok) throw new Error(`MinIO took no account: ${response.status} ${await response.text()}`);
}

/** As MinIO's own tools seal it: salt, the cipher's number, nonce, and one last fragment of AES-256-GCM. */
function sealedFor(secret: string, text: string): Buffer {
  const salt = randomBytes(32);
  const key = argon2Sync('argon2id', {
    message: secret,
    nonce: salt,
    parallelism: 4,
    tagLength: 32,
    memory: 64 * 1024,
    passes: 1,
  });
  const nonce = randomBytes(8);
  const sealed = (n: number, beside: Buffer, plain: string): Buffer => {
    const counter = Buffer.alloc(4);
    counter.writeUInt32LE(n);
    const cipher = createCipheriv('aes-256-gcm', key, Buffer.concat([nonce, counter]));
    cipher.setAAD(beside);
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  };
  const opening = sealed(0, Buffer.alloc(0), '');
  return Buffer.concat([
    salt,
    Buffer.from([0]),
    nonce,
    sealed(1, Buffer.concat([Buffer.from([0x80]), opening]), text),
  ]);
}

/** Signature version 4 of AWS, for one call without a query. */
function signature(place: S3Place, method: string, path: string, body: Buffer): Record<string, string> {
  const hmac = (key: Buffer | string, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
  const { host } = new URL(place.endpoint);
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const names = 'host;x-amz-content-sha256;x-amz-date';
  const digest = sha256(body);
  const asked = `${method}\n${path}\n\nhost:${host}\nx-amz-content-sha256:${digest}\nx-amz-date:${time}\n\n${names}\n${digest}`;
  const scope = `${day}/${place.region}/s3/aws4_request`;
  const key = [day, place.region, 's3', 'aws4_request'].reduce<Buffer | string>(
    (made, part) => hmac(made, part),
    `AWS4${place.root.secretAccessKey}`,
  );
  const signed = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(asked)}`).toString('hex');
  return {
    'x-amz-content-sha256': digest,
    'x-amz-date': time,
    authorization: `AWS4-HMAC-SHA256 Credential=${place.root.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signed}`,
  };
}

export async function bringMinio(): Promise<string> {
  return await bringProgram(PROGRAM);
}

export async function startMinio(options: S3Options = {}): Promise<RunningS3> {
  return await startS3(MINIO, options);
}
