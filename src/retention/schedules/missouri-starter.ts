/**
 * What is known of Missouri's retention schedules for cities and police, exactly as far as it was read (reference/missouri-law.md, block
 * (a)): the series tables of the official documents could not be. A period stands here only where another body restates it, and its
 * source says whose words they are. Nothing of it permits a purge before two people of the agency have confirmed the edition, and a
 * series without a period never does.
 */
import type { Edition, Series } from '../edition.ts';

const NOT_READ = 'Nothing read; enter it from the official schedule';

/** A series of which nothing but its likely name is known. */
const unread = (code: string, title: string, trigger: string | null, more: Partial<Series> = {}): Series => ({
  code,
  number: null,
  schedule: null,
  title,
  description: null,
  trigger,
  cutoff: 'none',
  period: null,
  disposition: null,
  citation: NOT_READ,
  reading: 'unread',
  ...more,
});

const REGULATION_6531 = 'Missouri school Regulation 6531 (October 2009), restating the schedule';

export const missouriStarter: Edition = {
  edition: 'missouri-starter-2026',
  title: 'Missouri local records: what could be read, to be completed from the official schedules',
  source:
    'Secondary sources of 2007 to 2022, as each series names them. The General, Municipal and Police Clerks schedules of the Missouri Secretary of State are the official documents; compare every line with the edition in force.',
  series: [
    unread('correspondence-transitory', 'Correspondence, transitory', null, {
      description: 'Short-lived messages with no policy or program content',
      disposition: 'destroy',
      citation: 'Recollection of the General Schedule and a press paraphrase of 2015; no text was read',
    }),
    unread('correspondence-general', 'Correspondence, general', 'created-or-received', {
      description: 'Routine, handled under existing policy, no significant policy or program information',
      period: 'P1Y',
      disposition: 'destroy',
      citation: REGULATION_6531,
      reading: 'secondary',
    }),
    unread('correspondence-policy-program', 'Correspondence, policy and program', null, {
      description: 'States or forms the basis of policy, sets precedent, records important events',
      period: 'PERMANENT',
      disposition: 'permanent',
      citation: REGULATION_6531,
      reading: 'secondary',
    }),
    unread('citizen-complaint', 'Citizen complaints and requests for service', 'resolved', {
      description: 'Comment or message that reports a problem or asks for service',
    }),
    unread('publications', 'Publications, news releases, promotional material', 'published', {
      description:
        'The body’s own posts where they are the only copy; otherwise a convenience copy of the release',
    }),
    unread('website-social-media', 'Website and social media', null, {
      description:
        'Whether such a series exists was not established. Do not use it before it was found in the official schedule',
    }),
    unread('sunshine-request', 'Sunshine Law requests and responses', 'request-closed', {
      description:
        'Request, clock events, fee estimate, response, denial statement, redaction log, production set. Keep it two years at least: a suit may be brought so long (610.027.5, recalled and not read)',
      disposition: 'destroy',
    }),
    unread('disposition-log', 'Records disposition and destruction documentation', null, {
      description: 'Certificates, approvals',
      period: 'PERMANENT',
      disposition: 'permanent',
      citation: 'City of Truesdale, Ordinance 482 (2007): “permanent record”',
      reading: 'secondary',
    }),
    unread('litigation-files', 'Litigation case files', 'case-closed'),
    unread('audit-logs', 'IT system, access and audit logs', 'related-record-disposed', {
      description:
        'Events of the chain of custody follow the record that they prove, and are never kept shorter',
    }),
    unread('personnel-conduct', 'Personnel, employee discipline', 'separation', {
      description: 'Posts of employees',
    }),
    unread('police-audio-video', 'Police audio and video recordings not needed for a case', 'recorded', {
      schedule: 'Police Clerks',
      description: 'Recordings made by police; not content of social media',
      period: 'P30D',
      disposition: 'destroy',
      citation:
        'Independence, Mo., Bill 22-014 (2022), and a Missouri police department’s questions and answers',
      reading: 'secondary',
    }),
    unread(
      'police-case-evidence',
      'Case file, evidence, criminal tip received by social media',
      'case-disposition',
      {
        schedule: 'Police Clerks',
      },
    ),
    unread('police-internal-affairs', 'Internal affairs, complaint against an officer', 'case-closed', {
      schedule: 'Police Clerks',
    }),
    unread('closed-arrest-record', 'Record required to be closed (610.100 to 610.120)', null, {
      description: 'Shall not be destroyed, but under 610.124 or an order of expungement',
      period: 'PERMANENT',
      disposition: 'restrict-access',
      citation: '610.120.1 RSMo, as reprinted in SB 1152 (2024)',
      reading: 'secondary',
    }),
    unread('GS 057', 'Insurance Claims', null, {
      number: 'GS 057',
      schedule: 'General',
      citation: 'Jefferson County Library, policy ADM 08-01 (25 March 2008): number and title only',
      reading: 'number-and-title',
    }),
  ],
};
