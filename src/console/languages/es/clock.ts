/** The clock of a request, a sentence for each step, and the calendar by which it counts. */
import type { Messages } from '../../language.ts';

export const clock: Messages = {
  'the text was read': 'se leyó el texto',
  'read in a copy only, not in the official text': 'leído solo en una copia, no en el texto oficial',
  'computed from the rule, and on no official list that was read':
    'calculado a partir de la regla, y en ninguna lista oficial que se haya leído',
  'confirmed by nobody': 'nadie lo confirmó',
  'on the official list of that year': 'en la lista oficial de ese año',
  'no working day of this office': 'no es día laborable de esta oficina',
  'the office is closed: {}': 'la oficina está cerrada: {1}',
  'the office is closed: {}, moved from {} to the Monday by {}':
    'la oficina está cerrada: {1}, que pasa del {2} al lunes por {3}',
  'the office is closed: {}, kept on the Friday before {} as state offices do; a custom, confirmed for this year, and no law':
    'la oficina está cerrada: {1}, que se guarda el viernes anterior al {2} como hacen las oficinas del estado; una costumbre, confirmada para este año, y no una ley',
  'the office is closed: {} (the day is computed from the rule)':
    'la oficina está cerrada: {1} (el día se calculó a partir de la regla)',
  '{}, which is on {}': '{1}, que cae el {2}',
  'The office may be closed for {}, but nobody confirmed that for this year, and an unconfirmed closure is treated as a business day: the earlier deadline is the safe one. If it is closed, enter the day as a closing.':
    'La oficina puede estar cerrada por {1}, pero nadie lo confirmó para este año, y un cierre sin confirmar se cuenta como día hábil: el plazo más temprano es el seguro. Si está cerrada, registre el día como cierre.',
  'Received by the custodian of records on {} at {}; the day of receipt is not counted.':
    'La recibió el custodio de los registros el {1} a las {2}; el día en que se recibió no se cuenta.',
  'First received by the body, and not yet by the custodian of records, on {} at {}; the day of receipt is not counted.':
    'La recibió el organismo, y aún no el custodio de los registros, el {1} a las {2}; el día en que se recibió no se cuenta.',
  'The request for a statement of the grounds was received on {} at {}; the day of receipt is not counted.':
    'La petición de una declaración de los fundamentos se recibió el {1} a las {2}; el día en que se recibió no se cuenta.',
  'This body has not entered its office calendar: Monday to Friday are counted, and no holiday, because the earlier deadline is the safe one.':
    'Este organismo no ha registrado el calendario de su oficina: se cuentan de lunes a viernes y ningún feriado, porque el plazo más temprano es el seguro.',
  'The office is not open on that day ({}), and it came after the hours of such a weekday, which end at {}; by this body’s own rule it counts as received on {}. The law counts from the date and names no hour.':
    'La oficina no abre ese día ({1}), y llegó después del horario de ese día de la semana, que termina a las {2}; por regla propia de este organismo cuenta como recibida el {3}. La ley cuenta desde la fecha y no nombra hora.',
  'That is after office hours, which end at {}; it counts as received on that day, which gives the earlier deadline: the law counts from the date and names no hour.':
    'Es después del horario de oficina, que termina a las {1}; cuenta como recibida ese día, lo que da el plazo más temprano: la ley cuenta desde la fecha y no nombra hora.',
  'That is after office hours, which end at {}; by this body’s own rule it counts as received on {}. The law counts from the date and names no hour.':
    'Es después del horario de oficina, que termina a las {1}; por regla propia de este organismo cuenta como recibida el {2}. La ley cuenta desde la fecha y no nombra hora.',
  '{} is no business day ({}); the count begins with the next one.':
    'El {1} no es día hábil ({2}); la cuenta empieza con el siguiente.',
  '{} is not counted: {}.': 'El {1} no se cuenta: {2}.',
  '{} to {} are not counted: no working days of this office.':
    'Del {1} al {2} no se cuenta: no son días laborables de esta oficina.',
  'Business day {}: {}.': 'Día hábil {1}: {2}.',
  'Business day {}: {}. {}': 'Día hábil {1}: {2}. {3}',
  'Due by the end of {}. At which hour a business day ends the law does not say; the office closes at {}, and that is the safe reading.':
    'Vence al final del {1}. A qué hora termina un día hábil no lo dice la ley; la oficina cierra a las {2}, y esa es la lectura segura.',
  'No deadline of the law runs until the custodian of records has the request. Counted from the first receipt, it would be due by the end of {}: bring it to the custodian before.':
    'Ningún plazo de la ley corre hasta que el custodio de los registros tenga la solicitud. Contado desde la primera recepción, vencería al final del {1}: llévela antes al custodio.',
  'The written statement of the grounds is due by the end of {}: {}.':
    'La declaración por escrito de los fundamentos vence al final del {1}: {2}.',
  'To be acted on by the end of {}, the third business day after its receipt: {}.':
    'Se debe atender a más tardar al final del {1}, el tercer día hábil después de su recepción: {2}.',
  'Counted from its first receipt by the body it would be due by the end of {} already. The law counts from the receipt by the custodian of records; whoever reads it otherwise counts so.':
    'Contado desde que la recibió el organismo vencería ya al final del {1}. La ley cuenta desde que la recibe el custodio de los registros; quien la lee de otro modo cuenta así.',
  'A letter explained the delay on {}, after the day by which the request was to be acted on: {}.':
    'Una carta explicó la demora el {1}, después del día hasta el cual se debía atender la solicitud: {2}.',
  'Acted on by the letter of {}, which explained the delay: {}.':
    'Se atendió con la carta del {1}, que explicó la demora: {2}.',
  '{} The law wants the place and the earliest time and date in it at which the records are available; no letter on file says one.':
    '{1} La ley quiere que diga el lugar y la hora y fecha más tempranas en que los registros estarán disponibles; ninguna carta en el expediente lo dice.',
  '{} The earliest time that it promised: {} at {}.': '{1} Lo más temprano que prometió: el {2} a las {3}.',
  'Answered on {}: what is released of it was handed out (production {}). Close it when nothing more is to come.':
    'Contestada el {1}: lo que se libera de ella se entregó (entrega {2}). Ciérrela cuando no falte nada.',
  'Answered on {}: what is released of it was handed out (productions {}). Close it when nothing more is to come.':
    'Contestada el {1}: lo que se libera de ella se entregó (entregas {2}). Ciérrela cuando no falte nada.',
  'Answered on {}: access was denied. Close it when nothing more is to come.':
    'Contestada el {1}: se denegó el acceso. Ciérrela cuando no falte nada.',
  'Answered on {}: it was said that there are no records. Close it when nothing more is to come.':
    'Contestada el {1}: se dijo que no hay registros. Ciérrela cuando no falte nada.',
  '{} With that it is acted on: {}.': '{1} Con eso está atendida: {2}.',
  '{} That is after the day by which the request was to be acted on: {}.':
    '{1} Eso es después del día en que la solicitud debía atenderse: {2}.',
  'Records of the set about which nobody decided: {}. The answer so far is one to a part, and the rest is to be acted on by the same day.':
    'Registros del conjunto sobre los que nadie decidió: {1}. Lo contestado hasta ahora es una parte, y el resto debe atenderse en el mismo plazo.',
  'Records that are to be released and were not handed out: {}. The answer so far is one to a part, and the rest is to be acted on by the same day.':
    'Registros que se han de liberar y no se entregaron: {1}. Lo contestado hasta ahora es una parte, y el resto debe atenderse en el mismo plazo.',
  'Released, and no letter that went out since tells of it, nor has anybody fetched it: production {}. Access that nobody knows of is no answer: write the letter, or note what went out.':
    'Liberada, y ninguna carta que saliera desde entonces habla de ella, ni nadie la ha descargado: entrega {1}. Un acceso del que nadie sabe no es una respuesta: escriba la carta, o anote lo que salió.',
  'A letter denies a part, and nothing was handed out of the rest. The rest is to be acted on by the same day.':
    'Una carta deniega una parte, y del resto no se entregó nada. El resto debe atenderse en el mismo plazo.',
  'Without a notice to the requester that this will happen, a request is never withdrawn: {}.':
    'Sin un aviso al solicitante de que esto sucederá, una solicitud nunca se da por retirada: {1}.',
  'This was asked before {}, from when on a request may count as withdrawn: {}.':
    'Esto se preguntó antes del {1}, desde cuando una solicitud se puede dar por retirada: {2}.',
  'The request stands through {}, {} calendar days after {}; from the next day on it may count as withdrawn, if a person decides so: {}.':
    'La solicitud sigue en pie hasta el {1}, {2} días naturales después del {3}; desde el día siguiente se puede dar por retirada, si una persona lo decide: {4}.',
  'New Year’s Day': 'Año Nuevo',
  'Martin Luther King Day': 'Día de Martin Luther King',
  'Lincoln Day': 'Día de Lincoln',
  'Washington’s Birthday': 'Natalicio de Washington',
  'Truman Day': 'Día de Truman',
  'Memorial Day': 'Día de los Caídos',
  Juneteenth: 'Juneteenth (Día de la Emancipación)',
  'Independence Day': 'Día de la Independencia',
  'Labor Day': 'Día del Trabajo',
  'Columbus Day': 'Día de Colón',
  'Veterans Day': 'Día de los Veteranos',
  'Thanksgiving Day': 'Día de Acción de Gracias',
  'Christmas Day': 'Navidad',
  Sunday: 'Domingo',
  Monday: 'Lunes',
  Tuesday: 'Martes',
  Wednesday: 'Miércoles',
  Thursday: 'Jueves',
  Friday: 'Viernes',
  Saturday: 'Sábado',
  'The calendar of the office': 'El calendario de la oficina',
  'The days of a request are counted by when this office is open. What nobody confirmed counts as a business day: the earlier deadline is the safe one.':
    'Los días de una solicitud se cuentan según cuándo abre esta oficina. Lo que nadie confirmó cuenta como día hábil: el plazo más temprano es el seguro.',
  'This is calendar number {}. Each change is kept, and closed requests stay as they were counted.':
    'Este es el calendario número {1}. Cada cambio se guarda, y las solicitudes cerradas quedan como se contaron.',
  'Nobody has entered a calendar yet: Monday to Friday are counted, and no holiday.':
    'Nadie ha registrado aún un calendario: se cuentan de lunes a viernes y ningún feriado.',
  'Times are those of {}.': 'Las horas son las de {1}.',
  'When is the office open?': '¿Cuándo abre la oficina?',
  'A weekday without times is no working day.': 'Un día de la semana sin horas no es laborable.',
  Opens: 'Abre',
  Closes: 'Cierra',
  'On which public holidays is it closed?': '¿En qué feriados cierra?',
  'Those that {} names. None closes an office by itself: a body says which it observes.':
    'Los que nombra {1}. Ninguno cierra una oficina por sí solo: cada organismo dice cuáles guarda.',
  'moved from Sunday': 'pasa del domingo',
  'the Friday before, as state offices do': 'el viernes anterior, como hacen las oficinas del estado',
  'A public holiday on a Saturday': 'Un feriado en sábado',
  'The office is closed on the Friday before, in the years for which that was confirmed':
    'La oficina cierra el viernes anterior, en los años para los que eso se confirmó',
  'A custom of state offices, and no law.': 'Una costumbre de las oficinas del estado, y no una ley.',
  'The Friday before is a business day': 'El viernes anterior es día hábil',
  'Enter it as a closing where it is not.': 'Regístrelo como cierre donde no lo sea.',
  'What comes after closing': 'Lo que llega después del cierre',
  'Came on that day': 'Llegó ese día',
  'The law counts from the date and names no hour: this gives the earlier deadline.':
    'La ley cuenta desde la fecha y no nombra hora: esto da el plazo más temprano.',
  'Counts as received on the next day': 'Cuenta como recibido al día siguiente',
  'By a rule of this body’s own.': 'Por una regla propia de este organismo.',
  'Days on which the office is closed for reasons of its own':
    'Días en que la oficina cierra por motivos propios',
  'A line each: the day, a blank, and why. Such as: 2026-12-24 Christmas Eve':
    'Una línea por día: el día, un espacio y por qué. Por ejemplo: 2026-12-24 Nochebuena',
  'Change the calendar': 'Cambiar el calendario',
  'The calendar is changed. What runs is counted by it from now on.':
    'El calendario está cambiado. Lo que está en curso se cuenta con él desde ahora.',
  'The calendar was changed meanwhile, so nothing was. Here is what you typed; sent once more, it takes the place of that change. Look at it first.':
    'El calendario se modificó entretanto, así que no se cambió nada. Aquí está lo que usted escribió; si lo envía otra vez, reemplaza ese cambio. Mírelo primero.',
  'Expected at least one working day: without one, nothing would ever be due.':
    'Se esperaba al menos un día laborable: sin uno, nada vencería nunca.',
  'Expected times of day from 00:00 to 23:59, and of each day an opening before its closing.':
    'Se esperaban horas de 00:00 a 23:59, y en cada día una apertura antes de su cierre.',
  'Expected each once, of {}.': 'Se esperaba cada uno una vez, de {1}.',
  'Expected days as YYYY-MM-DD that are on the calendar, each with its reason in 1 to {} characters.':
    'Se esperaban días como AAAA-MM-DD que existan en el calendario, cada uno con su motivo en 1 a {1} caracteres.',
  'Expected each day once.': 'Se esperaba cada día una vez.',
  'At most {} days; leave out those that are long over.':
    '{1} días como máximo; quite los que pasaron hace tiempo.',
};
