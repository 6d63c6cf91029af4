/** `holdfast provider set`: the agency's own identity provider, by OpenID Connect. For whoever runs the machine: the server opens its address. */
import { readFile } from 'node:fs/promises';
import { knownAgency } from './known-agency.ts';
import { EXIT, type Verb } from './verb.ts';
import { withDatabase } from './with-database.ts';

export const providerSet: Verb = {
  name: 'provider set',
  summary: 'Connect an agency’s own identity provider (OpenID Connect)',
  configure: (command) => {
    command
      .requiredOption('--agency <slug>', 'the agency')
      .requiredOption('--issuer <address>', 'as the provider names itself, such as https://login.example.gov')
      .requiredOption('--client-id <id>', 'as it was registered there')
      .requiredOption('--client-secret-file <file>', 'a file that holds the secret and nothing else')
      .option('--label <text>', 'what the button says', 'Sign in with your work account')
      .requiredOption('--role-claim <claim>', 'the claim that names groups or roles, such as groups')
      .requiredOption(
        '--role <value=role,role...>',
        'what a value of that claim is here; may be given again',
        collect,
        [],
      )
      .option(
        '--require-amr <value...>',
        'ways to sign in there of which one must have been used, such as mfa',
      );
    command.addHelpText(
      'after',
      `
There the address to come back to is <HOLDFAST_PUBLIC_URL>/sign-in/oidc/callback/<agency>. Example:
  holdfast provider set --agency rivertown --issuer https://login.rivertown.example --client-id holdfast \\
    --client-secret-file ./secret --role-claim groups --role records-staff=custodian --role social-media=moderator`,
    );
  },
  run: async (invocation) => {
    const { options, env, say, answer } = invocation;
    const { callbackOf, providerProblems, setProvider } = await import('#agency/agency.ts');
    const { readConfig } = await import('#config.ts');
    const config = readConfig(env);
    const file = String(options['clientSecretFile']);
    const secret = await readFile(file, 'utf8').catch(() => null);
    if (secret === null) {
      say(`The file "${file}" cannot be read; nothing was changed.`);
      return EXIT.usage;
    }
    const given = (options['role'] as readonly string[]).map((text) => /^(.+)=([a-z,-]+)$/.exec(text));
    if (given.includes(null)) {
      say(
        '--role takes a value of the claim and roles, such as records-staff=custodian,moderator. Nothing was changed.',
      );
      return EXIT.usage;
    }
    const provider = {
      issuer: String(options['issuer']),
      clientId: String(options['clientId']),
      clientSecret: secret.trim(),
      label: String(options['label']),
      roleClaim: String(options['roleClaim']),
      roleMap: Object.fromEntries(given.map((match) => [match?.[1] ?? '', (match?.[2] ?? '').split(',')])),
      requiredAmr: Array.isArray(options['requireAmr']) ? options['requireAmr'].map(String) : [],
      reach: 'any' as const,
    };
    const problems = Object.values(providerProblems(provider, config.mode));
    if (problems.length > 0) {
      say(['Nothing was changed:', ...problems.map((one) => `- ${one}`)].join('\n'));
      return EXIT.usage;
    }
    return await withDatabase(invocation, async (db) => {
      const agency = await knownAgency(db, invocation);
      if (agency === null) return EXIT.refused;
      await db.inAgency(agency.id, async (at) => await setProvider(at, provider, 'cli', new Date()));
      const { clientSecret: _, ...shown } = provider;
      answer(
        { agency: agency.id, ...shown },
        `${agency.name} signs in by ${provider.issuer}. Register there the address ${callbackOf(config.publicUrl, agency.id)}`,
      );
      return EXIT.done;
    });
  },
};

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
