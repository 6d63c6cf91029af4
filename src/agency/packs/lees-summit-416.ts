/**
 * Lee's Summit, Missouri: Policy 416, Social Media Policy, of 12 December 2019.
 */
import type { PolicyPack } from '../packs.ts';

export const leesSummit416: PolicyPack = {
  body: 'City of Lee’s Summit, Missouri',
  policyId: 'lees-summit-416',
  version: '2019-12-12',
  title: '416 Social Media Policy',
  effectiveOn: '2019-12-12',
  source:
    'City of Lee’s Summit, Mo., 416 Social Media Policy 12-12-2019. Whether it has been amended since was not confirmed.',
  grounds: [
    {
      clauseId: '6.14.1',
      label: 'Profanity',
      citation: 'Policy 416, 416.6.14, item 1 of 9',
      clause: 'Profane language or content',
    },
    {
      clauseId: '6.14.2',
      label: 'Discrimination',
      citation: 'Policy 416, 416.6.14, item 2 of 9',
      clause:
        'Content that promotes, fosters, or perpetuates discrimination on the basis of race, creed, color, age, religion, gender, marital status, status with regard to public assistance, national origin, physical or mental disability or sexual orientation',
    },
    {
      clauseId: '6.14.3',
      label: 'Sexual content',
      citation: 'Policy 416, 416.6.14, item 3 of 9',
      clause: 'Sexual content or links to sexual content',
    },
    {
      clauseId: '6.14.4',
      label: 'Selling something',
      citation: 'Policy 416, 416.6.14, item 4 of 9',
      clause: 'Solicitations of commerce',
    },
    {
      clauseId: '6.14.5',
      label: 'Illegal activity',
      citation: 'Policy 416, 416.6.14, item 5 of 9',
      clause: 'Conduct or encouragement of illegal activity',
    },
    {
      clauseId: '6.14.6',
      label: 'Public safety at risk',
      citation: 'Policy 416, 416.6.14, item 6 of 9',
      clause:
        'Information that may tend to compromise the safety or security of the public or public systems',
    },
    {
      clauseId: '6.14.7',
      label: 'Somebody else’s property',
      citation: 'Policy 416, 416.6.14, item 7 of 9',
      clause: 'Content that violates a legal ownership interest of any other party',
    },
    {
      clauseId: '6.14.8',
      label: 'Confidential information',
      citation: 'Policy 416, 416.6.14, item 8 of 9',
      clause: 'Confidential Information',
    },
    {
      clauseId: '6.14.9',
      label: 'Harassment',
      citation: 'Policy 416, 416.6.14, item 9 of 9',
      clause: 'Content that is harassing of another person',
    },
    {
      clauseId: '8.5.b',
      label: 'City business on a personal account',
      citation: 'Policy 416, 416.8.5.b',
      purpose: 'keep',
      clause:
        'If an employee uses the employee’s personal social media account for City business in any manner, the employee’s agrees to work with the Social Media Administrator to archive the postings in accordance with the Missouri Open Records laws',
    },
  ],
  rules: {
    custodian: {
      says: 'The City Clerk ensures that the sites meet the law on retention and disposal; the Social Media Administrator works with the Clerk.',
      citation: 'Policy 416, 416.7.1 and 416.4.2',
    },
    sendTo: [],
    mayRemove: [
      {
        says: 'The Social Media Administrator edits and removes comments where the site is no public forum, or a limited one.',
        citation: 'Policy 416, 416.6.3',
      },
      {
        says: 'Site moderators edit or delete comments that the policy does not allow.',
        citation: 'Policy 416, 416.6.14',
      },
    ],
    verbs: [
      {
        verb: 'hide',
        says: 'hides',
        citation: 'Policy 416, 416.7.2',
      },
      {
        verb: 'delete',
        says: 'removes, deletes',
        citation: 'Policy 416, 416.7.2',
      },
      {
        verb: 'edit',
        says: 'edited',
        citation: 'Policy 416, 416.6.14',
      },
      {
        verb: 'block',
        says: 'blocked and prohibited from commenting, after an egregious violation or repeated ones',
        citation: 'Policy 416, 416.6.14',
      },
    ],
    notices: [
      {
        says: 'The site states its intent, purpose and subject, whether it accepts comments, and any restriction of them.',
        citation: 'Policy 416, 416.6.4',
      },
      {
        says: 'The site says prominently that content and comments are subject to public disclosure laws.',
        citation: 'Policy 416, 416.6.4',
      },
      {
        says: 'Users are told that their use may be requested as a public record, and their identifying information disclosed.',
        citation: 'Policy 416, 416.7.2',
      },
      {
        says: 'The City Attorney’s Office approves all notices in writing.',
        citation: 'Policy 416, 416.6.4',
      },
    ],
    before: [
      {
        says: 'Whoever may edit, post or alter content agrees in writing to comply with the policy first.',
        citation: 'Policy 416, 416.4.3',
        agreement: true,
      },
    ],
    kept: [
      {
        says: 'Who removes, deletes or hides content archives it properly.',
        citation: 'Policy 416, 416.7.2',
      },
      {
        says: 'Records are kept in a format that preserves the integrity of the original and is easily accessible.',
        citation: 'Policy 416, 416.7.1',
      },
    ],
  },
};
