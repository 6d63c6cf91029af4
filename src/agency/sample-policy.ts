/** The policy of a city that does not exist, for demonstrations and tests. Clauses and labels are of our own making. */
import type { PolicyVersion } from './policies.ts';

export const samplePolicy: PolicyVersion = {
  policyId: 'rivertown-social-media',
  version: '2026-01',
  title: 'City of Rivertown, social media policy (sample)',
  effectiveOn: '2026-01-01',
  grounds: [
    {
      clauseId: '3.a',
      label: 'Off topic',
      citation: 'Policy 3(a)',
      clause: 'Comments that have nothing to do with the post they stand under.',
    },
    {
      clauseId: '3.b',
      label: 'Advertising',
      citation: 'Policy 3(b)',
      clause: 'Offers of goods or services for sale.',
    },
    {
      clauseId: '3.c',
      label: 'Threat or incitement',
      citation: 'Policy 3(c)',
      clause: 'Threats against a person, or calls to break the law.',
    },
    {
      clauseId: '3.d',
      label: 'Private information',
      citation: 'Policy 3(d)',
      clause: 'Personal information about someone else, such as an address or telephone number.',
    },
    {
      clauseId: '3.e',
      label: 'Obscene content',
      citation: 'Policy 3(e)',
      clause: 'Obscene words, pictures or links to them.',
    },
    {
      clauseId: '3.f',
      label: 'Repeated posting',
      citation: 'Policy 3(f)',
      clause: 'The same comment posted again and again by one account.',
    },
  ],
};
