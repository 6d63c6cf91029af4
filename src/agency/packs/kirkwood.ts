/**
 * Kirkwood, Missouri: Social Media Policy, by ordinances of 2018, 2022 and 2023.
 */
import type { PolicyPack } from '../packs.ts';

export const kirkwood: PolicyPack = {
  body: 'City of Kirkwood, Missouri',
  policyId: 'kirkwood-social-media',
  version: '2023-04-20',
  title: 'Social Media Policy',
  effectiveOn: '2023-04-20',
  source:
    'City of Kirkwood, Mo., Ord. No. 10516 (9-20-2018), 10776 (10-6-2022), 10803 (4-20-2023). The date is that of the last ordinance named; its number in the code, and whether it has been amended since, were not confirmed.',
  grounds: [
    {
      clauseId: 'e.3.a',
      label: 'Off topic',
      citation: 'Kirkwood Social Media Policy, E.3.a',
      clause: 'Comments not related to the original topic, including random or unintelligible comments;',
    },
    {
      clauseId: 'e.3.b',
      label: 'Obscene or violent',
      citation: 'Kirkwood Social Media Policy, E.3.b',
      clause: 'Profane, obscene, violent or pornographic content and/or language;',
    },
    {
      clauseId: 'e.3.c',
      label: 'Discrimination',
      citation: 'Kirkwood Social Media Policy, E.3.c',
      clause:
        'Content that promotes, fosters or perpetuates discrimination on the basis of race, ethnicity, ancestry, sexual orientation, pregnancy, disability, color, age, religion, sex or national origin;',
    },
    {
      clauseId: 'e.3.d',
      label: 'Personal attack',
      citation: 'Kirkwood Social Media Policy, E.3.d',
      clause: 'Defamatory or personal attacks;',
    },
    {
      clauseId: 'e.3.e',
      label: 'Threat',
      citation: 'Kirkwood Social Media Policy, E.3.e',
      clause: 'Threats to any person or organization;',
    },
    {
      clauseId: 'e.3.f',
      label: 'Campaign or ballot measure',
      citation: 'Kirkwood Social Media Policy, E.3.f',
      clause: 'Comments in support of, or in opposition to, any political campaigns or ballot measures;',
    },
    {
      clauseId: 'e.3.g',
      label: 'Selling something',
      citation: 'Kirkwood Social Media Policy, E.3.g',
      clause:
        'Solicitation of commerce, including but not limited to advertising of any business or product for sale;',
    },
    {
      clauseId: 'e.3.h',
      label: 'Breaks a law',
      citation: 'Kirkwood Social Media Policy, E.3.h',
      clause: 'Conduct in violation of any Federal, State or local law;',
    },
    {
      clauseId: 'e.3.i',
      label: 'Calls for illegal acts',
      citation: 'Kirkwood Social Media Policy, E.3.i',
      clause: 'Encouragement of illegal activity;',
    },
    {
      clauseId: 'e.3.j',
      label: 'Public safety at risk',
      citation: 'Kirkwood Social Media Policy, E.3.j',
      clause:
        'Information that may tend to compromise the safety or security of the public or public systems; or',
    },
    {
      clauseId: 'e.3.k',
      label: 'Somebody else’s property',
      citation: 'Kirkwood Social Media Policy, E.3.k',
      clause: 'Content that violates a legal ownership interest, such as a copyright of any party.',
    },
    {
      clauseId: 'd.3.q',
      label: 'Submitted and not published',
      citation: 'Kirkwood Social Media Policy, D.3.q',
      purpose: 'keep',
      clause:
        'Any content maintained in a Social Media format that is related to City business may be considered a public record subject to public disclosure. This may include a list of subscribers (excluding any information of a personal nature), posted communication and communication submitted for posting.',
    },
  ],
  rules: {
    custodian: null,
    sendTo: [],
    mayRemove: [
      {
        says: 'The authorized administrators of the department remove or restrict public comments.',
        citation: 'Kirkwood Social Media Policy, E.3 and D.3.i',
      },
    ],
    verbs: [
      {
        verb: 'hide',
        says: 'removed',
        citation: 'Kirkwood Social Media Policy, E.3',
      },
      {
        verb: 'delete',
        says: 'removed',
        citation: 'Kirkwood Social Media Policy, E.3',
      },
      {
        verb: 'restrict',
        says: 'restricted',
        citation: 'Kirkwood Social Media Policy, E.3',
      },
      {
        verb: 'block',
        says: 'access denied, at any time without prior notice',
        citation: 'Kirkwood Social Media Policy, E.5',
      },
      {
        verb: 'reject',
        says: 'submitted for posting and not published',
        citation: 'Kirkwood Social Media Policy, D.3.q',
      },
    ],
    notices: [
      {
        says: 'The site states that the City maintains it and that it follows this policy, with a link to the policy.',
        citation: 'Kirkwood Social Media Policy, D.3.j',
      },
    ],
    before: [
      {
        says: 'Designated employees are approved by their department head and by the Chief Administrative Officer; so is each site.',
        citation: 'Kirkwood Social Media Policy, D.4.a.ii and D.3.i',
      },
    ],
    kept: [
      {
        says: 'Posted communication, communication submitted for posting, and a list of subscribers without anything personal may be public records.',
        citation: 'Kirkwood Social Media Policy, D.3.q',
      },
    ],
  },
};
