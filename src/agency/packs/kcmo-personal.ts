/**
 * Kansas City, Missouri: Employee Guidelines for Personal Social Media Use, to which AR 1-27 refers (5.0 B.1.a). Without a date.
 */
import type { PolicyPack } from '../packs.ts';

export const kcmoPersonal: PolicyPack = {
  body: 'City of Kansas City, Missouri',
  policyId: 'kcmo-personal-accounts',
  version: 'undated',
  title: 'Employee Guidelines for Personal Social Media Use',
  effectiveOn: null,
  source:
    'City of Kansas City, Mo., Employee Guidelines for Personal Social Media Use. The text names no date and numbers no paragraph.',
  grounds: [
    {
      clauseId: 'contact',
      label: 'City business on a personal account',
      citation:
        'Employee Guidelines for Personal Social Media Use, on contact by a resident or elected official',
      purpose: 'keep',
      clause:
        'If a City employee is contacted by a resident or elected official on their personal social media account asking for the employee to respond as a City representative from their personal account, keep in mind that a response may be construed as a public record on employees’ personal accounts under Missouri Public Records Law (Chapters 109 or 610 RSMo).',
    },
  ],
  rules: {
    custodian: null,
    sendTo: [],
    mayRemove: [],
    verbs: [],
    notices: [
      {
        says: 'On Twitter the employee answers by tagging the City’s own account, so that the City may respond.',
        citation: 'Employee Guidelines for Personal Social Media Use, recommended answer a',
      },
      {
        says: 'On Facebook the employee answers by tagging the City’s own page, so that the City may respond.',
        citation: 'Employee Guidelines for Personal Social Media Use, recommended answer b',
      },
      {
        says: 'Elsewhere the employee asks the person to contact the City directly, at communications@kcmo.org.',
        citation: 'Employee Guidelines for Personal Social Media Use, recommended answer c',
      },
      {
        says: 'Who publishes about the City’s work elsewhere says on the profile that the views are their own.',
        citation: 'Employee Guidelines for Personal Social Media Use, on disclaimers',
      },
    ],
    before: [],
    kept: [
      {
        says: 'A response on a personal account may be a public record.',
        citation:
          'Employee Guidelines for Personal Social Media Use, on contact by a resident or elected official',
      },
    ],
  },
};
