/** `holdfast policy add`: a body's own clauses, as a new version. What is there already is never changed. */
import { readFile } from 'node:fs/promises';
import { knownAgency } from './known-agency.ts';
import { EXIT, type Verb } from './verb.ts';
import { withDatabase } from './with-database.ts';

export const policyAdd: Verb = {
  name: 'policy add',
  summary: 'Add a version of an agency’s policy: the clauses that moderators choose from',
  configure: (command) => {
    command
      .argument('[file.json]', 'the policy')
      .requiredOption('--agency <slug>', 'the agency')
      .option(
        '--pack <id>',
        'instead of a file: a policy that comes with Holdfast; "policy packs" lists them',
      );
    command.addHelpText(
      'after',
      `
A policy that changed is a new file with another "version" and "effectiveOn": records keep the clause as it stood the day
it was named, and from that day on the newest version counts. None takes effect before the one in force. The file:
{
  "policyId": "rivertown-social-media",
  "version": "2026-01",
  "title": "City of Rivertown, social media policy",
  "effectiveOn": "2026-01-01",
  "grounds": [
    { "clauseId": "3.b", "label": "Advertising", "citation": "Policy 3(b)",
      "clause": "The words of the clause, as the policy has them." }
  ]
}
A clause may say "purpose": "keep": a reason to keep what is not removed. Beside the clauses the file may say "source" (where the
text comes from, and what about it nobody confirmed) and "rules", each entry in words of yours with its citation:
  "rules": {
    "custodian": { "says": "The City Clerk keeps the records.", "citation": "Policy 7" },
    "sendTo": [], "mayRemove": [], "notices": [], "before": [], "kept": [],
    "verbs": [{ "verb": "hide", "says": "hides", "citation": "Policy 7.2" }]
  }
An entry of "before" that asks moderators to agree in writing says "agreement": true: the page of people then keeps who did.`,
    );
  },
  run: async (invocation) => {
    const { args, options, say, answer } = invocation;
    const { addPack, addVersion, dayIn, lastAdded, PACKS, readPolicyFile } =
      await import('#agency/agency.ts');
    const path = args[0] ?? '';
    const packId = typeof options['pack'] === 'string' ? options['pack'] : undefined;
    if ((path === '') === (packId === undefined)) {
      say('Name a file or a pack, one of the two: "holdfast policy add --help".');
      return EXIT.usage;
    }
    if (packId !== undefined) {
      const pack = PACKS.find((one) => one.policyId === packId);
      if (pack === undefined) {
        say(`There is no pack "${packId}". There are: ${PACKS.map((one) => one.policyId).join(', ')}.`);
        return EXIT.usage;
      }
      return await withDatabase(invocation, async (db) => {
        const agency = await knownAgency(db, invocation);
        if (agency === null) return EXIT.refused;
        const today = dayIn(agency.zone, new Date());
        const { outcome, last } = await db.inAgency(agency.id, async (at) => ({
          outcome: await addPack(at, pack, today),
          last: await lastAdded(at, pack.policyId),
        }));
        if (outcome !== 'added') {
          say(
            outcome === 'there'
              ? `${agency.name} has version "${pack.version}" of ${pack.policyId} already; nothing was changed.`
              : `${agency.name} has ${pack.policyId} already, last as version "${last ?? ''}"; nothing was changed. The pack would take the place of those words: read it against them on the page /policies, and make it a version with a day of its own.`,
          );
          return EXIT.refused;
        }
        const { policyId, version, title, effectiveOn, grounds, source } = pack;
        answer(
          {
            agency: agency.id,
            policyId,
            version,
            title,
            effectiveOn: effectiveOn ?? today,
            grounds: grounds.length,
          },
          `Added ${policyId}, version ${version}, with ${grounds.length} clause(s). ${source ?? ''} Read it against the text that is in force with you before you rely on it.`,
        );
        return EXIT.done;
      });
    }
    if (/\.ya?ml$/i.test(path)) {
      say(`"${path}" is YAML; a policy is taken as JSON. "holdfast policy add --help" shows one.`);
      return EXIT.usage;
    }
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text === null) {
      say(`The file "${path}" cannot be read; nothing was added.`);
      return EXIT.usage;
    }
    const { policy, problems } = readPolicyFile(text);
    if (policy === undefined) {
      say(
        [
          `${path} has ${problems.length} problem(s); nothing was added:`,
          ...problems.map((one) => `- ${one}`),
        ].join('\n'),
      );
      return EXIT.usage;
    }
    return await withDatabase(invocation, async (db) => {
      const agency = await knownAgency(db, invocation);
      if (agency === null) return EXIT.refused;
      const { policyId, version, title, effectiveOn, grounds } = policy;
      const today = dayIn(agency.zone, new Date());
      const added = await db.inAgency(agency.id, async (at) => await addVersion(at, policy, today));
      if (added.outcome !== 'added') {
        say(
          added.outcome === 'version-taken'
            ? `${agency.name} has version "${version}" of ${policyId} already; nothing was changed. What changed goes into a new version.`
            : `${agency.name} has version "${added.inForce.version}" of ${policyId} in force since ${added.inForce.effectiveOn}, so a later one cannot take effect on ${effectiveOn}; nothing was added. Say that day or a later one.`,
        );
        return EXIT.refused;
      }
      const counts =
        effectiveOn < today
          ? `in force from ${effectiveOn}: records name it from today on, and those before keep the clause that stood here then`
          : `in force from ${effectiveOn}`;
      answer(
        { agency: agency.id, policyId, version, title, effectiveOn, grounds: grounds.length },
        `Added ${policyId}, version ${version}, with ${grounds.length} clause(s), ${counts}. Reports cite them as ${policyId}#${grounds[0]?.clauseId ?? ''}.`,
      );
      return EXIT.done;
    });
  },
};
