/** What the doctor finds of letters to the offices. */
import { unchecked, wanting, well, type Finding } from './doctor-looks.ts';
import type { System } from '../system.ts';

/** Whether whoever is to be told is told. */
export async function lookAtMail({ db, config }: System): Promise<Finding> {
  const { mailStanding } = await import('#routing/routing.ts');
  const { offices, failing, attempts, codes, waiting, untold } = await mailStanding(db);
  const nobody =
    untold.length === 0
      ? ''
      : `; no office that keeps the records is told of everything in ${untold.join(', ')}`;
  const found = `${offices} office(s) are told`;
  if (failing > 0)
    return wanting(
      'mail',
      `${found}; of ${failing} thing(s) somebody could not be, after up to ${attempts} attempt(s): ${codes.join(', ')}${nobody}`,
      'esocket, edns and etimedout: see SMTP_URL and the net. smtp-5…: the server refuses; the page /offices says which address.',
    );
  if (offices === 0) return unchecked('mail', `no office is named that is told of new records${nobody}`);
  if (config.smtp === null)
    return wanting(
      'mail',
      `${offices} office(s) are to be told, and there is no mail server${nobody}`,
      'Set SMTP_URL and HOLDFAST_MAIL_FROM. Until then new records are announced on the worklist alone.',
    );
  if (waiting > 0)
    return wanting(
      'mail',
      `${found}; ${waiting} thing(s) that are due for an hour were told to nobody${nobody}`,
      'See that the mail worker runs (holdfast work mail), and its log.',
    );
  return well('mail', `${found}, and everything that is due went${nobody}`);
}
