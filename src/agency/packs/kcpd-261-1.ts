/**
 * Kansas City, Missouri, Police Department: Personnel Policy 261-1, Social Media and Networking, effective 11 June 2025. It names no grounds for removing comments of the public.
 */
import type { PolicyPack } from '../packs.ts';

export const kcpd2611: PolicyPack = {
  body: 'Kansas City, Missouri, Police Department',
  policyId: 'kcpd-261-1',
  version: '2025-06-11',
  title: 'Personnel Policy 261-1, Social Media and Networking',
  effectiveOn: '2025-06-11',
  source:
    'Kansas City, Mo., Police Department, Personnel Policy 261-1, effective 06/11/2025. Whether it has been amended since was not confirmed.',
  grounds: [
    {
      clauseId: 'iv.e',
      label: 'Reported violation',
      citation: 'Policy 261-1, IV.E',
      purpose: 'keep',
      clause:
        'Any member becoming aware of or having knowledge of a posting or of any website or web page in violation of the provisions of this policy shall notify their supervisor immediately for follow-up action.',
    },
    {
      clauseId: 'iv.a.4',
      label: 'For a trial or an investigation',
      citation: 'Policy 261-1, IV.A.4',
      purpose: 'keep',
      clause:
        'When using social media, members should be mindful that their speech becomes part of the worldwide electronic domain, where there is generally no reasonable expectation of privacy, regardless if such domain has a private setting. As such, the content of social networking sites may be obtained for use in criminal trials, civil proceedings and Department investigations.',
    },
  ],
  rules: {
    custodian: null,
    sendTo: [
      {
        says: 'A violation goes to the supervisor of the member who noticed it.',
        citation: 'Policy 261-1, IV.E',
      },
    ],
    mayRemove: [
      {
        says: 'The Media Unit manages the content of the Department’s sites.',
        citation: 'Policy 261-1, IV.B.3',
      },
    ],
    verbs: [],
    notices: [],
    before: [
      {
        says: 'The Chief of Police or designee approves each site or page in writing.',
        citation: 'Policy 261-1, IV.B.2',
      },
      {
        says: 'Who represents the Department has permission through the chain of command, and identifies themselves as a member.',
        citation: 'Policy 261-1, IV.B.4 and IV.B.5',
      },
    ],
    kept: [],
  },
};
