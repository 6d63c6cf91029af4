/**
 * What is said about a record after it was handed in: that it was removed, that it was not after all, and under which clause.
 * Each is a fact of its own; nothing that was said before is changed by it.
 */
import { newAttemptKey, read, Refused, request } from './api.js';
import { byId, make, say } from './dom.js';
import { ask } from './key.js';
import { CLAUSE_CHANGED, isClauseRefused } from './sending.js';
import { stillSeen } from './status-view.js';
import { t } from './words.js';

const REMOVED = t('Thank you. The removal is on record.');
const NOT_REMOVED = t('On record: it is still there. What was said before stays in the history beside it.');
const KEPT = t('On record: it was not removed. The record stays.');
const NAMED = t('The clause is on record.');

/**
 * One thing to say, however often its button is pressed: after a broken line the same key goes out again, and it is written
 * down once. Once the archive has it, the next press is another statement. News of it may be here before its own answer, which
 * then may as well be lost (`isKnown`).
 */
function statement({ session, button, said, path, bodyOf, thanks, then, isKnown, refused = async () => '' }) {
  let idempotencyKey = newAttemptKey();
  let before = '';
  let busy = false;
  return async () => {
    if (busy) return;
    busy = true;
    // Before the answer: news of it may come first, and then it is no longer known what was before.
    const thankYou = typeof thanks === 'function' ? thanks() : thanks;
    button.setAttribute('aria-disabled', 'true');
    say(said, t('One moment…'));
    try {
      const body = JSON.stringify(bodyOf());
      if (before !== '' && before !== body) idempotencyKey = newAttemptKey();
      before = body;
      await request(path, { key: session.key, method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey, 'holdfast-channel': 'web-form' }, body });
      idempotencyKey = newAttemptKey();
      before = '';
      say(said, thankYou);
      then();
    } catch (error) {
      if (!(error instanceof Refused) && isKnown()) {
        say(said, thankYou);
        then();
        return;
      }
      const keyRefused = error instanceof Refused && error.status === 401;
      const own = await refused(error);
      say(said, own !== '' ? own : error instanceof Refused && !keyRefused ? error.message : keyRefused ? t('Not recorded: enter a key above, then press the button again.') : t('This could not be recorded just now. Press the button again.'));
      if (keyRefused) void ask(error.message);
    } finally {
      busy = false;
      button.removeAttribute('aria-disabled');
    }
  };
}

/** @param {{ recordId: string, session: { key: string, me: any }, receiptOf: () => any, added: () => void }} options */
export function openStatements({ recordId, session, receiptOf, added }) {
  const at = `/v1/records/${recordId}`;
  /** The receipt names the account; nothing else of the record is repeated. */
  const fact = (more) => {
    const { platform, account } = receiptOf();
    return { platform, account, capture: false, ...more };
  };

  const removed = byId('removed');
  const said = byId('removed-said');
  removed.addEventListener(
    'click',
    statement({
      session,
      button: removed,
      said,
      path: `${at}/removal`,
      // No time is sent: nobody noted it. The archive writes down that it was not after now.
      bodyOf: () => ({}),
      thanks: REMOVED,
      isKnown: () => receiptOf().removal === 'confirmed' && !stillSeen(receiptOf()),
      then: () => {
        removed.hidden = true;
      },
    }),
  );

  const undo = byId('not-removed');
  undo.addEventListener(
    'click',
    statement({
      session,
      button: undo,
      said,
      path: `${at}/kept`,
      // The archive knows whether its removal was confirmed before, and writes down what that means.
      bodyOf: () => ({}),
      thanks: () => (receiptOf().removal === 'awaited' ? KEPT : NOT_REMOVED),
      isKnown: () => receiptOf().removal === 'none',
      then: () => {
        byId('mistake').open = false;
        byId('mistake').hidden = true;
        added();
      },
    }),
  );

  const name = byId('clause-send');
  const nameClause = statement({
    session,
    button: name,
    said: byId('clause-said'),
    path: `${at}/facts`,
    // The verb "none" adds words and does nothing: the removal stays as it was said.
    bodyOf: () => {
      const [option] = byId('clause-choice').selectedOptions;
      return fact({ action: { verb: 'none', ground: option.value, groundVersion: option.dataset.version } });
    },
    thanks: NAMED,
    isKnown: () => byId('clause').hidden,
    then: added,
    refused: async (error) => {
      if (!isClauseRefused(error)) return '';
      await offerClauses().catch(() => undefined);
      byId('clause-choice').focus();
      return CLAUSE_CHANGED;
    },
  });
  byId('clause-form').addEventListener('submit', (event) => {
    event.preventDefault();
    if (byId('clause-choice').value !== '') void nameClause();
    else {
      say(byId('clause-said'), t('Choose the clause first.'));
      byId('clause-choice').focus();
    }
  });

  let agency = '';
  let clauses = [];
  /** As they stand now, each with its version: what is put on record is what was read here. */
  async function offerClauses() {
    clauses = (await read('/v1/policies', { key: session.key })).grounds;
    byId('clause-choice').replaceChildren(make('option', { value: '' }, t('Choose')), ...clauses.map(({ reference, version, label, citation }) => make('option', { value: reference, 'data-version': version }, `${label} (${citation})`)));
  }
  return {
    /** Offers to name the clause where none was, and says which it is where one was. */
    async showClause({ grounds, facts }) {
      if (agency !== session.me.agencyId) {
        agency = session.me.agencyId;
        await offerClauses().catch(() => {
          clauses = [];
        });
      }
      say(byId('clause-named'), grounds.length === 0 ? '' : clausesSaid(facts));
      // It may have arrived though its answer did not.
      if (grounds.length > 0 && !byId('clause').hidden) say(byId('clause-said'), NAMED);
      byId('clause').hidden = grounds.length > 0 || clauses.length === 0;
    },
    /** News of the removal, which may have come before the answer, or without it: nobody is told to press a button that is gone. */
    heard(before, { removal }) {
      if (before === null || before.removal === removal) return;
      if (removal === 'confirmed') say(said, REMOVED);
      else if (removal === 'none') say(said, before.removal === 'confirmed' ? NOT_REMOVED : KEPT);
    },
    forget() {
      agency = '';
      byId('clause').hidden = true;
      for (const id of ['clause-named', 'clause-said', 'removed-said']) say(byId(id), '');
    },
  };
}

/** As the facts say it, whatever the policy says today. */
function clausesSaid(facts) {
  const grounds = facts.flatMap(({ body }) => body.data?.action?.grounds ?? []);
  const said = new Set(grounds.map(({ citation, text }) => (text === undefined ? citation : t('{}, “{}”', citation, text))));
  return said.size === 0 ? t('Clause on record: see the whole record.') : t('Clause on record: {}.', [...said].join('; '));
}
