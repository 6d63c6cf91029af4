/**
 * A sample edition of a city that does not exist. The series numbers and periods are invented and say so; none is confirmed,
 * so none permits a purge. Missouri's own schedules are imported from the official document, never written from memory.
 */
import type { Series } from '../edition.ts';
import type { Schedule } from '../edition-queries.ts';

const invented = (code: string, title: string, period: string): Series => ({
  code,
  number: code,
  schedule: null,
  title,
  description: null,
  trigger: 'removed',
  cutoff: 'none',
  period,
  disposition: 'destroy',
  citation: 'Sample schedule, not law',
  reading: 'unread',
});

export const rivertownSample2026: Schedule = {
  edition: 'rivertown-sample-2026',
  title: 'Sample schedule of a city that does not exist',
  source: 'Invented, to show how a schedule looks. Not law, and of no document.',
  series: [
    invented('SAMPLE-01', 'Public comments removed from city pages', 'P3Y'),
    invented('SAMPLE-02', 'Reports of threats', 'P7Y'),
  ],
  rules: [
    { position: 10, matches: { ground: 'rivertown-social-media#3.c' }, series: 'SAMPLE-02' },
    { position: 20, matches: { kind: 'comment' }, series: 'SAMPLE-01' },
    { position: 30, matches: { kind: 'reply' }, series: 'SAMPLE-01' },
  ],
};
