/** `holdfast parked`: what stopped and needs a person, and how to run it again. */
import { knownAgency } from './known-agency.ts';
import { EXIT, type Verb } from './verb.ts';
import { withDatabase } from './with-database.ts';

export const parked: Verb = {
  name: 'parked',
  summary: 'List steps that stopped and need a person, or run one again',
  configure: (command) =>
    void command
      .requiredOption('--agency <slug>', 'the agency')
      .option('--run <record id>', 'run the parked steps of this record again')
      .option('--run-all', 'run every parked step of the agency again, after the cause was mended'),
  run: async (invocation) => {
    const { options, say, answer } = invocation;
    const { listParked, runAgain } = await import('#record/record.ts');
    const { picturesFailed, readAgain } = await import('#pictures/pictures.ts');
    return await withDatabase(invocation, async (db) => {
      const agency = await knownAgency(db, invocation);
      if (agency === null) return EXIT.refused;
      const agencyId = agency.id;
      const steps = await db.inAgency(agencyId, listParked);
      // Nothing waits for a picture to be read; the search has no words of it until then.
      const pictures = await db.inAgency(agencyId, picturesFailed);
      if (options['run'] === undefined && options['runAll'] !== true) {
        answer(
          { parked: steps, pictures },
          steps.length + pictures.length === 0
            ? 'Nothing is parked.'
            : [
                ...steps.map(
                  (step) =>
                    `${step.parkedAt.toISOString()}  ${step.recordId}  ${step.step}  ${step.code}: ${step.reason}`,
                ),
                ...pictures.map(
                  ({ at, recordId, n, code }) => `${at.toISOString()}  ${recordId}  picture ${n}  ${code}`,
                ),
              ].join('\n'),
        );
        return EXIT.done;
      }
      const isChosen = ({ recordId }: { readonly recordId: string }): boolean =>
        options['runAll'] === true || recordId === options['run'];
      const chosen = steps.filter(isChosen);
      const unread = pictures.filter(isChosen);
      if (chosen.length + unread.length === 0) {
        say('No parked step fits; nothing was changed.');
        return EXIT.refused;
      }
      for (const step of chosen)
        await db.inAgency(agencyId, async (at) => await runAgain(at, step.recordId, step.step, 'cli'));
      for (const { recordId, n } of unread)
        await db.inAgency(agencyId, async (at) => await readAgain(at, recordId, n));
      answer(
        {
          owed: chosen.map(({ recordId, step }) => ({ recordId, step })),
          ...(unread.length === 0 ? {} : { pictures: unread.map(({ recordId, n }) => ({ recordId, n })) }),
        },
        `${chosen.length} step(s) are owed again.${unread.length === 0 ? '' : ` ${unread.length} picture(s) are read again.`}`,
      );
      return EXIT.done;
    });
  },
};
