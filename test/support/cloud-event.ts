/** The least CloudEvent that the archive takes; what a test is about goes beside it. */
import { randomUUID } from 'node:crypto';

type Members = Readonly<Record<string, unknown>>;

const unknownTime = { value: null, precision: 'unknown', source: 'platform-webhook' } as const;

export interface EventParts {
  readonly envelope?: Members;
  readonly data?: Members;
  readonly content?: Members;
  readonly action?: Members;
  readonly author?: Members;
}

export function cloudEvent(parts: EventParts = {}): Record<string, unknown> {
  return {
    specversion: '1.0',
    id: `test_${randomUUID()}`,
    source: '/agencies/rivertown/webhook/facebook/rivertown',
    type: 'removal.action-recorded.v1',
    subject: `unknown:${randomUUID()}`,
    datacontenttype: 'application/json',
    dataschema: 'urn:schema:removal-event:1',
    ...parts.envelope,
    data: {
      channel: 'webhook',
      platform: { name: 'facebook', accountId: null, accountHandle: 'rivertown' },
      content: {
        kind: 'comment',
        nativeId: null,
        text: `An event ${randomUUID()}`,
        textSource: 'platform-webhook',
        authoredAt: unknownTime,
        parent: null,
        ...parts.content,
      },
      author: parts.author ?? { status: 'unknown', unknownReason: 'platform-did-not-provide' },
      action: {
        verb: 'hide',
        actorType: 'unknown',
        performedAt: unknownTime,
        grounds: [],
        groundsMissing: 'not-stated',
        ...parts.action,
      },
      captureMissing: 'not-attempted',
      ...parts.data,
    },
  };
}
