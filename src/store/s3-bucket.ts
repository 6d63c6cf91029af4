/**
 * Makes a bucket that records may be sealed into, with an administrator's key. For set-up and tests; the archive itself
 * never holds such a key. May be run again: an existing bucket is checked, and its policy written anew.
 */
import {
  CreateBucketCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import type { S3Credentials } from '#config.ts';
import { ArchiveError } from '#errors.ts';
import { asked, openLink, statusOf, type S3Place } from './s3-client.ts';

export interface BucketAccounts {
  readonly writer: string;
  readonly purger: string;
  /** Null: there is none, and fixity reads with the writer's. */
  readonly reader: string | null;
  /** Writes the log, which then no other one may. Left out: the writer does. */
  readonly log?: string;
}

export interface BucketPlan extends S3Place {
  readonly admin: S3Credentials;
  /** Whom the bucket's policy lets in, as the server names them: an ARN on AWS, the access key on versitygw. */
  readonly accounts?: BucketAccounts;
}

/** What each account may do, by S3's own names; for servers too that read no account out of a bucket's policy. */
export const ACTIONS = {
  list: [
    's3:ListBucket',
    's3:ListBucketVersions',
    's3:ListBucketMultipartUploads',
    's3:GetBucketVersioning',
    's3:GetBucketObjectLockConfiguration',
  ],
  read: ['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectRetention', 's3:GetObjectLegalHold'],
  /** Only those who may begin or end something get what began in parts. */
  parts: ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
  /** Neither deletes nor bypasses: whoever breaks into the archive's processes with this key can destroy nothing. */
  write: ['s3:PutObject', 's3:PutObjectRetention', 's3:PutObjectLegalHold'],
  purge: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
  /** One version that no lock holds any more, by its id; nothing can be hidden behind a mark. */
  outgrown: ['s3:DeleteObjectVersion'],
};

function allow(who: string[], actions: string[], resource: string): object {
  return { Effect: 'Allow', Principal: { AWS: who }, Action: actions, Resource: resource };
}

function deny(who: string[], actions: string[], resource: string): object {
  return { Effect: 'Deny', Principal: { AWS: who }, Action: actions, Resource: resource };
}

/** The files of the log: with an account of its own neither who writes records nor who purges them can touch one. */
function ofLog(bucket: string, others: string[], log: string): object[] {
  const files = `arn:aws:s3:::${bucket}/log/*`;
  return [
    allow([log], ACTIONS.list, `arn:aws:s3:::${bucket}`),
    allow([log], [...ACTIONS.read, ...ACTIONS.write], files),
    allow([log], ACTIONS.outgrown, `arn:aws:s3:::${bucket}/log/*/tile/*.p/*`),
    deny(others, [...ACTIONS.write, ...ACTIONS.purge], files),
  ];
}

function policy(bucket: string, { writer, purger, reader, log }: BucketAccounts): string {
  const all = [writer, purger, ...(reader === null ? [] : [reader])];
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      allow(all, ACTIONS.list, `arn:aws:s3:::${bucket}`),
      allow(all, ACTIONS.read, `arn:aws:s3:::${bucket}/*`),
      allow([writer, purger], ACTIONS.parts, `arn:aws:s3:::${bucket}/*`),
      allow([writer], ACTIONS.write, `arn:aws:s3:::${bucket}/*`),
      allow([purger], ACTIONS.purge, `arn:aws:s3:::${bucket}/*`),
      ...(log === undefined ? [] : ofLog(bucket, [writer, purger], log)),
    ],
  });
}

export async function prepareBucket(plan: BucketPlan): Promise<void> {
  const { bucket, region } = plan;
  const { client } = openLink(plan, plan.admin, () => new Date());
  try {
    await asked(`prepare the bucket ${bucket}`, async () => {
      try {
        await client.send(
          new CreateBucketCommand({
            Bucket: bucket,
            ObjectLockEnabledForBucket: true,
            ...(region === 'us-east-1'
              ? {}
              : { CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } }),
          }),
        );
      } catch (error) {
        const names = ['BucketAlreadyOwnedByYou', 'BucketAlreadyExists'];
        if (!(error instanceof Error) || !names.includes(error.name)) throw error;
      }
      const lock = await client
        .send(new GetObjectLockConfigurationCommand({ Bucket: bucket }))
        .catch((error: unknown) => {
          // S3's way to say that there is none.
          if (statusOf(error) === 404) return null;
          throw error;
        });
      const versioning = await client.send(new GetBucketVersioningCommand({ Bucket: bucket }));
      if (lock?.ObjectLockConfiguration?.ObjectLockEnabled !== 'Enabled' || versioning.Status !== 'Enabled')
        throw new ArchiveError(
          'store-refused',
          `The bucket ${bucket} has no Object Lock or no versioning, and cannot get them later: make another one.`,
          { retry: 'never' },
        );
      if (plan.accounts !== undefined)
        await client.send(
          new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy(bucket, plan.accounts) }),
        );
    });
  } finally {
    client.destroy();
  }
}
