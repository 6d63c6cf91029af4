/** `holdfast policy packs`: the policies of real bodies that come with Holdfast. */
import { EXIT, type Verb } from './verb.ts';

export const policyPacks: Verb = {
  name: 'policy packs',
  summary: 'List the policies that come with Holdfast',
  run: async ({ answer }) => {
    const { PACKS } = await import('#agency/agency.ts');
    answer(
      PACKS.map(({ policyId, version, title, body, source, grounds }) => ({
        policyId,
        version,
        title,
        body,
        source,
        grounds: grounds.length,
      })),
      PACKS.map(
        (pack) => `${pack.policyId.padEnd(24)} ${pack.body}: ${pack.title}, version ${pack.version}`,
      ).join('\n'),
    );
    return EXIT.done;
  },
};
