/** The second S3 server keeps the contract that every store keeps. */
import { storeContract, s3Place } from '../support/store-contract.ts';
import { startMinio } from '../support/minio.ts';

// Here a hold outlives the lock, and keys are no paths: versitygw has neither.
const expected = { kind: 's3', holdOutlivesRetention: true, nestedKeys: 'kept and not listed' } as const;

storeContract('MinIO', async () => await s3Place(startMinio), expected);
