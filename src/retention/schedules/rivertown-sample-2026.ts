/**
 * A sample edition of a city that does not exist. The series numbers and periods are invented and say so; none is confirmed,
 * so none permits a purge. Missouri's own schedules are imported from the official document, never written from memory.
 */
import type { Schedule } from '../queries.ts';

export const rivertownSample2026: Schedule = {
  edition: 'rivertown-sample-2026',
  series: [
    {
      number: 'SAMPLE-01',
      title: 'Public comments removed from city pages',
      period: 'P3Y',
      citation: 'Sample schedule, not law',
    },
    { number: 'SAMPLE-02', title: 'Reports of threats', period: 'P7Y', citation: 'Sample schedule, not law' },
  ],
  rules: [
    { position: 10, matches: { ground: 'rivertown-social-media#3.c' }, series: 'SAMPLE-02' },
    { position: 20, matches: { kind: 'comment' }, series: 'SAMPLE-01' },
    { position: 30, matches: { kind: 'reply' }, series: 'SAMPLE-01' },
  ],
};
