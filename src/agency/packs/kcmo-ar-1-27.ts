/**
 * Kansas City, Missouri: Administrative Regulation 1-27, Social Media Policy, effective 14 May 2018.
 */
import type { PolicyPack } from '../packs.ts';

export const kcmoAr127: PolicyPack = {
  body: 'City of Kansas City, Missouri',
  policyId: 'kcmo-ar-1-27',
  version: '2018-05-14',
  title: 'AR 1-27, Social Media Policy',
  effectiveOn: '2018-05-14',
  source:
    'City of Kansas City, Mo., AR No. 1-27, effective 5/14/2018. Whether it has been amended since was not confirmed.',
  grounds: [
    {
      clauseId: 'e.1',
      label: 'Campaign or ballot measure',
      citation: 'AR 1-27, 5.0 A.2.e, item 1 of 10',
      clause: 'Content in support of or opposition to political campaigns or ballot measures;',
    },
    {
      clauseId: 'e.2',
      label: 'Profanity',
      citation: 'AR 1-27, 5.0 A.2.e, item 2 of 10',
      clause: 'Content or language that is considered profane;',
    },
    {
      clauseId: 'e.3',
      label: 'Discrimination',
      citation: 'AR 1-27, 5.0 A.2.e, item 3 of 10',
      clause:
        'Content that promotes, fosters or perpetuates discrimination on the basis of race, creed, color, age, religion, gender, marital status, status with regard to public assistance, national origin, criminal record, physical or mental disability or sexual orientation;',
    },
    {
      clauseId: 'e.4',
      label: 'Sexual content',
      citation: 'AR 1-27, 5.0 A.2.e, item 4 of 10',
      clause: 'Content that is sexual in nature or contains links to sexual content;',
    },
    {
      clauseId: 'e.5',
      label: 'Selling something',
      citation: 'AR 1-27, 5.0 A.2.e, item 5 of 10',
      clause: 'Content that is a solicitation of commerce;',
    },
    {
      clauseId: 'e.6',
      label: 'Illegal activity',
      citation: 'AR 1-27, 5.0 A.2.e, item 6 of 10',
      clause: 'Content that conducts or encourages illegal activity;',
    },
    {
      clauseId: 'e.7',
      label: 'Public safety at risk',
      citation: 'AR 1-27, 5.0 A.2.e, item 7 of 10',
      clause: 'Content that may tend to compromise the safety or security of the public or public systems;',
    },
    {
      clauseId: 'e.8',
      label: 'Somebody else’s property',
      citation: 'AR 1-27, 5.0 A.2.e, item 8 of 10',
      clause: 'Content that violates a legal ownership interest of any other party;',
    },
    {
      clauseId: 'e.9',
      label: 'Spam',
      citation: 'AR 1-27, 5.0 A.2.e, item 9 of 10',
      clause: 'Content determined to be spam; or',
    },
    {
      clauseId: 'e.10',
      label: 'Defamation or falsehood',
      citation: 'AR 1-27, 5.0 A.2.e, item 10 of 10',
      clause: 'Content that can be construed as defamation or false statements.',
    },
  ],
  rules: {
    custodian: {
      says: 'The City Communications Office is the sole custodian of records; requests are directed to it.',
      citation: 'AR 1-27, 5.0 C.1.e, with Code of Ordinances Section 2-115(d)',
    },
    sendTo: [
      {
        says: 'The screenshot goes to the Social Media Manager in City Communications for archiving.',
        citation: 'AR 1-27, 5.0 C.1.f',
      },
    ],
    mayRemove: [
      {
        says: 'Departmental public information officers and communications staff look after the content of their department’s sites; where there are none, a full-time employee whom the director designates and City Communications trains and approves.',
        citation: 'AR 1-27, 5.0 A.2.a',
      },
      {
        says: 'The City restricts or removes content in violation of the policy or of law.',
        citation: 'AR 1-27, 5.0 C.1.g',
      },
    ],
    verbs: [
      {
        verb: 'hide',
        says: 'removed',
        citation: 'AR 1-27, 5.0 C.1.f',
      },
      {
        verb: 'delete',
        says: 'deleted',
        citation: 'AR 1-27, 5.0 C.1.f',
      },
      {
        verb: 'restrict',
        says: 'restricted',
        citation: 'AR 1-27, 5.0 C.1.g',
      },
    ],
    notices: [
      {
        says: 'The guidelines are displayed to users or can be reached by a link.',
        citation: 'AR 1-27, 5.0 C.1.f',
      },
    ],
    before: [
      {
        says: 'City Communications approves each site before it is created, and holds its log-in; on Facebook it is an administrator of the page instead.',
        citation: 'AR 1-27, 5.0 A.1.a and 6.0 A.1.c',
      },
    ],
    kept: [
      {
        says: 'A screenshot of the content is saved before it is deleted.',
        citation: 'AR 1-27, 5.0 C.1.f',
      },
      {
        says: 'What is removed is retained with time, date and identity of the user when available.',
        citation: 'AR 1-27, 5.0 C.1.f',
      },
      {
        says: 'Submissions for posting are public records as well as what was posted.',
        citation: 'AR 1-27, 5.0 C.1.d',
      },
    ],
  },
};
