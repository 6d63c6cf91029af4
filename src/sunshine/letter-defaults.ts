/**
 * Texts of ours for each kind of letter, by which a body writes until it has its own. The first line is the heading and the subject of a mail;
 * paragraphs stand apart by an empty line; a place is written {{so}}.
 */
import type { LetterKind } from '#db/db.ts';
import { SEPARATED } from './clock.ts';
import { WAIVER } from './fee-law.ts';
import { lawCited, type LetterLanguage } from './fees-said.ts';

const END = `

{{signer}}
Custodian of records
{{agency}}`;
const FIN = `

{{signer}}
Custodia de los registros
{{agency}}`;

export const DEFAULT_LETTERS: Readonly<Record<LetterLanguage, Readonly<Record<LetterKind, string>>>> = {
  en: {
    acknowledgement: `Your request {{tracking}} was received

{{salutation}}

Your request for public records was received by {{agency}} on {{firstReceivedAt}}. Its number is {{tracking}}; with that number you can ask at any time how it stands.

The custodian of records received it on {{receivedAt}}. It is to be acted on by the end of {{dueOn}}, the third business day after that (610.023.3 RSMo).${END}`,
    delay: `Your request {{tracking}} takes longer than three business days

{{salutation}}

The records that you asked for cannot be made available at once.

The cause of the further delay: {{cause}}

The place at which they will be available: {{place}}

The earliest time and date at which they will be available: {{earliestTime}} on {{earliestDate}}

You are told this because the law wants a detailed explanation of the cause, and the place and earliest time and date (610.023.3 RSMo).${END}`,
    'fee-estimate': `What your request {{tracking}} may cost

{{salutation}}

This is what your request would cost, as far as is known now:

{{feeLines}}

In all: {{total}}

{{prepayment}}

{{rates}} Fees may be waived or reduced where that is in the public interest, by ${lawCited(WAIVER, 'en')}; you may ask for it. If your request can be narrowed, or if paper is not needed, it may cost less.${END}`,
    invoice: `What is to be paid for your request {{tracking}}

{{salutation}}

{{feeLines}}

In all: {{total}}
Paid already: {{paid}}
To be paid: {{due}}
Paid back to you: {{refund}}

{{rates}}${END}`,
    denial: `Your request {{tracking}} is denied

{{salutation}}

The records that you asked for on {{firstReceivedAt}} are closed. These are the grounds, with the provision of law under which access is denied (610.023.4 RSMo):

{{provision}}

If you think that this is wrong, write to the custodian of records, or ask the Attorney General or a court.${END}`,
    'partial-denial': `Your request {{tracking}} is granted in part

{{salutation}}

What may be seen of the records that you asked for is made available to you. The rest is closed and was separated from it: ${lawCited(SEPARATED, 'en')}. These are the grounds, with the provision of law under which access is denied (610.023.4 RSMo):

{{provision}}

What was withheld: {{withheld}}

If you think that this is wrong, write to the custodian of records, or ask the Attorney General or a court.${END}`,
    question: `A question about your request {{tracking}}

{{salutation}}

To find what you asked for, one thing must be known:

{{question}}

You need not say why you ask. Answer to this letter, or name the number {{tracking}}.${END}`,
    'withdrawal-notice': `Your request {{tracking}} may count as withdrawn

{{salutation}}

On {{askedOn}} you were asked for {{awaited}}, and nothing has come yet.

If nothing comes, your request may count as withdrawn. It stands through {{withdrawnAfter}}, {{days}} calendar days after this notice, and not less. The rule is {{law}}; that the days are calendar days is our reading of it.

If you still want the records, answer to this letter before that day. You may ask again at any time.${END}`,
    closing: `Your request {{tracking}} is answered

{{salutation}}

Your request of {{firstReceivedAt}} is closed. How it ended: {{outcome}}

If you were denied something, you may ask for a written statement of the grounds; you get it by the end of the third business day after that (610.023.4 RSMo).${END}`,
    'no-records': `No records were found for your request {{tracking}}

{{salutation}}

A search was made for what you asked for, on {{searchedAt}}. It found no record in the archive that answers your request.

What was searched for: {{query}}

A certificate of this search says what was searched, how, and what such a search does not show. It is signed: {{certificate}}

If you know of a page, an account or a day that helps, write to us, and the search is made again.${END}`,
    records: `The records for your request {{tracking}}

{{salutation}}

Here are the records that you asked for on {{firstReceivedAt}}: {{records}} of them, and an index of {{pages}} pages. They are one file, which you get here until {{expires}}:

{{link}}

Keep the file. After that day ask us for another link.

{{withheld}}

{{verify}} The same is said at {{verifyAt}}${END}`,
  },
  es: {
    acknowledgement: `Se recibió su solicitud {{tracking}}

{{salutation}}

{{agency}} recibió su solicitud de registros públicos el {{firstReceivedAt}}. Su número es {{tracking}}; con ese número puede preguntar en todo momento cómo va.

La persona encargada de la custodia de los registros la recibió el {{receivedAt}}. Debe atenderse antes de que termine el {{dueOn}}, el tercer día hábil después (610.023.3 RSMo).${FIN}`,
    delay: `Su solicitud {{tracking}} tarda más de tres días hábiles

{{salutation}}

Los registros que pidió no pueden entregarse de inmediato.

La causa de la demora: {{cause}}

El lugar en que estarán disponibles: {{place}}

La hora y la fecha más tempranas en que estarán disponibles: {{earliestTime}}, {{earliestDate}}

Se le dice esto porque la ley exige una explicación detallada de la causa, y el lugar y la hora y fecha más tempranas (610.023.3 RSMo).${FIN}`,
    'fee-estimate': `Lo que puede costar su solicitud {{tracking}}

{{salutation}}

Esto es lo que costaría su solicitud, hasta donde se sabe ahora:

{{feeLines}}

En total: {{total}}

{{prepayment}}

{{rates}} Las tarifas pueden no cobrarse o reducirse cuando es de interés público, según ${lawCited(WAIVER, 'es')}; puede pedirlo. Si su solicitud puede limitarse, o si no hace falta papel, puede costar menos.${FIN}`,
    invoice: `Lo que hay que pagar por su solicitud {{tracking}}

{{salutation}}

{{feeLines}}

En total: {{total}}
Ya pagado: {{paid}}
Por pagar: {{due}}
Se le devuelve: {{refund}}

{{rates}}${FIN}`,
    denial: `Su solicitud {{tracking}} se deniega

{{salutation}}

Los registros que pidió el {{firstReceivedAt}} están cerrados. Estos son los motivos, con la disposición de la ley por la que se deniega el acceso (610.023.4 RSMo):

{{provision}}

Si cree que esto no es correcto, escriba a la persona encargada de la custodia de los registros, o pregunte al Fiscal General o a un tribunal.${FIN}`,
    'partial-denial': `Su solicitud {{tracking}} se concede en parte

{{salutation}}

Lo que puede verse de los registros que pidió se pone a su disposición. El resto está cerrado y se separó: ${lawCited(SEPARATED, 'es')}. Estos son los motivos, con la disposición de la ley por la que se deniega el acceso (610.023.4 RSMo):

{{provision}}

Lo que se retuvo: {{withheld}}

Si cree que esto no es correcto, escriba a la persona encargada de la custodia de los registros, o pregunte al Fiscal General o a un tribunal.${FIN}`,
    question: `Una pregunta sobre su solicitud {{tracking}}

{{salutation}}

Para encontrar lo que pidió hace falta saber algo:

{{question}}

No tiene que decir por qué lo pide. Responda a esta carta, o indique el número {{tracking}}.${FIN}`,
    'withdrawal-notice': `Su solicitud {{tracking}} puede darse por retirada

{{salutation}}

El {{askedOn}} se le pidió {{awaited}}, y todavía no ha llegado nada.

Si no llega nada, su solicitud puede darse por retirada. Sigue en pie hasta el {{withdrawnAfter}}, {{days}} días naturales después de este aviso, y no menos. La regla es {{law}}; que los días sean naturales es nuestra lectura de ella.

Si todavía quiere los registros, responda a esta carta antes de ese día. Puede volver a pedirlos en todo momento.${FIN}`,
    closing: `Su solicitud {{tracking}} está contestada

{{salutation}}

Su solicitud del {{firstReceivedAt}} está cerrada. Cómo terminó: {{outcome}}

Si se le denegó algo, puede pedir una declaración escrita de los motivos; la recibe antes de que termine el tercer día hábil después (610.023.4 RSMo).${FIN}`,
    'no-records': `No se encontraron registros para su solicitud {{tracking}}

{{salutation}}

Se buscó lo que pidió, el {{searchedAt}}. No se encontró en el archivo ningún registro que responda a su solicitud.

Lo que se buscó: {{query}}

Un certificado de esta búsqueda dice qué se buscó, cómo, y qué no demuestra una búsqueda así. Está firmado: {{certificate}}

Si conoce una página, una cuenta o un día que ayude, escríbanos, y se vuelve a buscar.${FIN}`,
    records: `Los registros de su solicitud {{tracking}}

{{salutation}}

Estos son los registros que pidió el {{firstReceivedAt}}: {{records}}, y un índice de {{pages}} páginas. Son un solo archivo, que puede obtener aquí hasta el {{expires}}:

{{link}}

Guarde el archivo. Después de ese día pídanos otro enlace.

{{withheld}}

{{verify}} Lo mismo se dice en {{verifyAt}}${FIN}`,
  },
};
