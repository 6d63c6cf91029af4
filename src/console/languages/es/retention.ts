/** How long records are kept: schedules, rules, the worklist and a record's own part. */
import type { Messages } from '../../language.ts';

export const retention: Messages = {
  Schedules: 'Calendarios',
  Rules: 'Reglas',
  'How long what was archived is kept, as it stands on':
    'Cuánto tiempo se conserva lo archivado, según consta al',
  '. Nothing is destroyed from here: what is due is proposed, and two people decide.':
    '. Desde aquí no se destruye nada: lo que ha vencido se propone, y deciden dos personas.',
  Unclassified: 'Sin clasificar',
  'Every complete record stands under a series.': 'Cada registro completo pertenece a una serie.',
  '1 record stands under no series': '1 registro no pertenece a ninguna serie',
  '{} records stand under no series': '{1} registros no pertenecen a ninguna serie',
  ': they are kept and never due, until somebody says what they are.':
    ': se conservan y no vencen nunca, hasta que alguien diga qué son.',
  'By series': 'Por serie',
  'No record stands under a series yet.': 'Todavía ningún registro pertenece a una serie.',
  '{} with nothing in the way': '{1} sin nada que lo impida',
  Blocked: 'Bloqueados',
  '{} held': '{1} con retención especial',
  '{} to which the rules were not applied yet': '{1} a los que todavía no se aplicaron las reglas',
  '{} because the edition is not confirmed': '{1} porque la edición no está confirmada',
  '{} whose lock in the store still runs': '{1} cuyo bloqueo en el almacén sigue vigente',
  'Due later': 'Vencen más tarde',
  '{}: {}': '{1}: {2}',
  through: 'hasta el',
  'Waits for an event': 'Esperan un hecho',
  Permanent: 'Permanentes',
  'Not confirmed by two people of the agency: nothing is destroyed under it.':
    'No confirmado por dos personas de la entidad: nada se destruye conforme a ella.',
  'Fiscal year': 'Año fiscal',
  'Nobody has said when it begins. Until then no period that counts from its end has a date.':
    'Nadie ha dicho cuándo empieza. Hasta entonces, ningún plazo que se cuenta desde su fin tiene fecha.',
  'It begins each year on (month-day) {}.': 'Empieza cada año el (mes-día) {1}.',
  'Its first day': 'Su primer día',
  'As month and day, such as 07-01. What ends with it is computed anew, and editions that count from it are to be confirmed anew by two people.':
    'Como mes y día, por ejemplo 07-01. Lo que termina con él se calcula de nuevo, y dos personas deben confirmar de nuevo las ediciones que cuentan desde él.',
  'Set the fiscal year': 'Fijar el año fiscal',
  'Set. What ends with the fiscal year was computed anew, and editions that count from it are to be confirmed anew by two people.':
    'Fijado. Lo que termina con el año fiscal se calculó de nuevo, y dos personas deben confirmar de nuevo las ediciones que cuentan desde él.',
  'Expected the first day of the fiscal year as MM-DD, such as 07-01; 29 February is none, because it is there every fourth year only.':
    'Se esperaba el primer día del año fiscal como MM-DD, por ejemplo 07-01; el 29 de febrero no sirve, porque solo existe cada cuatro años.',
  'Waiting for an event': 'A la espera de un hecho',
  'There is nothing on this list.': 'No hay nada en esta lista.',
  'Back to retention': 'Volver a retención',
  'due on': 'vence el',
  'waits for “{}”': 'espera «{1}»',
  'Blocked:': 'Bloqueado:',
  held: 'con retención especial',
  'rules not applied yet': 'reglas todavía no aplicadas',
  'edition not confirmed': 'edición no confirmada',
  'still locked in the store': 'todavía bloqueado en el almacén',
  'Suggested:': 'Sugerencia:',
  'Put it under {}': 'Clasificarlo en {1}',

  // Periods and what follows
  'period not known': 'plazo desconocido',
  permanent: 'permanente',
  'until “{}”': 'hasta «{1}»',
  'from the end of the calendar year': 'desde el fin del año natural',
  'from the end of the fiscal year': 'desde el fin del año fiscal',
  'what begins it is not known': 'no se sabe qué lo inicia',
  'begins with “{}”': 'empieza con «{1}»',
  'begins with “{}”, {}': 'empieza con «{1}», {2}',
  'what begins it is not known, {}': 'no se sabe qué lo inicia, {1}',
  'then destroyed': 'después se destruye',
  'kept for ever': 'se conserva para siempre',
  'then handed to the archives': 'después se entrega al archivo',
  'then moved to a case file': 'después pasa a un expediente',
  'closed to the public, and kept': 'cerrado al público, y se conserva',
  'Read in the official document': 'Leído en el documento oficial',
  'As another body or publication restates it; not read in the official document':
    'Según lo reproduce otro organismo o publicación; no se leyó en el documento oficial',
  'Number and title alone; nothing else was read': 'Solo número y título; no se leyó nada más',
  'Nothing was read; to be entered from the official document':
    'No se leyó nada; debe tomarse del documento oficial',

  // Rules
  'Every rule that matches a record puts it under its series, and the series that keeps longest decides. A rule applies to what becomes complete after it was added. For records that are there it is a suggestion on their page and on the list of unclassified ones, and a person decides. A kind of content is also that of what a record is kept with, such as the post that a comment answers: the record is kept as long as its longest part.':
    'Cada regla que coincide con un registro lo clasifica en su serie, y decide la serie que lo conserva por más tiempo. Una regla se aplica a lo que queda completo después de agregarla. Para los registros que ya existen es una sugerencia en su página y en la lista de los que no tienen clasificación, y decide una persona. Un tipo de contenido es también el de aquello con lo que se conserva un registro, como la publicación a la que responde un comentario: el registro se conserva tanto como su parte que más dura.',
  'There is no rule: every record is unclassified until somebody says what it is.':
    'No hay ninguna regla: cada registro queda sin clasificar hasta que alguien diga qué es.',
  'Rule {}': 'Regla {1}',
  ': rule {}': ': regla {1}',
  'Matches everything.': 'Coincide con todo.',
  'Words in the text': 'Palabras en el texto',
  Tag: 'Etiqueta',
  'A hashtag of the text, such as #pothole, or a mark of the report, such as criminal-justice.':
    'Una etiqueta del texto, como #pothole, o una marca del reporte, como criminal-justice.',
  'Leads to {}, {} ({}), edition': 'Lleva a {1}, {2} ({3}), edición',
  'End this rule': 'Terminar esta regla',
  'Records keep the series that it gave them.': 'Los registros conservan la serie que les dio.',
  'Kind of content': 'Tipo de contenido',
  'Add a rule': 'Agregar una regla',
  'Its place in the order': 'Su lugar en el orden',
  'A whole number. The first rule that matches is the one a new report is sealed under.':
    'Un número entero. La primera regla que coincide es aquella con la que se sella un reporte nuevo.',
  'Leads to series': 'Lleva a la serie',
  'All of them must stand in it, in any order and case.':
    'Todas deben aparecer en él, en cualquier orden, con mayúsculas o minúsculas.',
  'Add this rule': 'Agregar esta regla',
  'The rule is added.': 'La regla está agregada.',
  'The rule has ended.': 'La regla ha terminado.',
  'The place in the order is a whole number from 1 to 1,000,000.':
    'El lugar en el orden es un número entero de 1 a 1,000,000.',
  'A rule that looks at the text needs at least one word.':
    'Una regla que mira el texto necesita al menos una palabra.',
  'There is no such series in this edition. GET /v1/schedules lists the series that there are.':
    'No hay tal serie en esta edición. GET /v1/schedules enumera las series que hay.',
  'Another rule has this place in the order. Choose another number, or end that rule first.':
    'Otra regla ocupa este lugar en el orden. Elija otro número, o termine primero esa regla.',

  // Editions
  'An edition of a retention schedule is filed as its document says, and never changed afterwards: a correction is another edition. Nothing is destroyed under one until two different people of the agency have confirmed it.':
    'Una edición de un calendario de conservación se registra como dice su documento, y después no se cambia nunca: una corrección es otra edición. Nada se destruye conforme a ella hasta que dos personas distintas de la entidad la hayan confirmado.',
  'No edition is filed yet.': 'Todavía no hay ninguna edición registrada.',
  'Confirmed by two people of the agency.': 'Confirmada por dos personas de la entidad.',
  'Confirmed by one person; a second, another one, is missing.':
    'Confirmada por una persona; falta una segunda, que sea otra.',
  'Not confirmed: two different people are missing.': 'Sin confirmar: faltan dos personas distintas.',
  '{} series': '{1} series',
  'records under it: {}': 'registros conforme a ella: {1}',
  filed: 'registrada el',
  'To begin with': 'Para empezar',
  'This is what could be read, and no more; nothing of it is confirmed:':
    'Esto es lo que se pudo leer, y nada más; nada de ello está confirmado:',
  'File it, unconfirmed': 'Registrarla, sin confirmar',
  'File an edition': 'Registrar una edición',
  'How it is written': 'Cómo está escrita',
  'A table (CSV), one series in each row': 'Una tabla (CSV), una serie en cada fila',
  'YAML, with its name, title and source in it': 'YAML, con su nombre, título y fuente',
  'Its short name': 'Su nombre breve',
  'Of a table only. For ever: small letters, digits, . and -, such as missouri-general-2026-07':
    'Solo de una tabla. Para siempre: minúsculas, cifras, . y -, por ejemplo missouri-general-2026-07',
  'Its title': 'Su título',
  'Of a table only.': 'Solo de una tabla.',
  'Its source': 'Su fuente',
  'Of a table only. Whose document, of which date, and where it was had.':
    'Solo de una tabla. De quién es el documento, de qué fecha y dónde se obtuvo.',
  'The file': 'El archivo',
  'Paste all of it. The first row of a table names its columns: code, number, schedule, title, description, trigger, cutoff, period, disposition, citation, reading. What is wrong is said line by line, and nothing is taken in before all of it is right.':
    'Péguelo entero. La primera fila de una tabla nombra sus columnas: code, number, schedule, title, description, trigger, cutoff, period, disposition, citation, reading. Lo que está mal se dice línea por línea, y no se toma nada antes de que todo esté bien.',
  'File this edition': 'Registrar esta edición',
  'Nothing was filed: see below what is wrong, with its line.':
    'No se registró nada: vea abajo qué está mal, con su línea.',
  'There is an edition of this name already, and an edition is never changed. Give the new one a name of its own.':
    'Ya hay una edición con este nombre, y una edición no se cambia nunca. Dé a la nueva un nombre propio.',
  'What is wrong with it': 'Qué está mal',
  Source: 'Fuente',
  Filed: 'Registrada',
  Digest: 'Huella digital',
  'Records under it': 'Registros conforme a ella',
  Confirmation: 'Confirmación',
  'over another text than this one; it does not count': 'sobre otro texto que este; no cuenta',
  'How far it was read before anybody confirmed it:':
    'Hasta dónde se leyó antes de que alguien la confirmara:',
  'You have confirmed it. The second confirmation is another person’s.':
    'Usted la ha confirmado. La segunda confirmación es de otra persona.',
  'Compare every line with the official document first. Your confirmation is bound to what stands on this page (its digest), and to your name.':
    'Compare primero cada línea con el documento oficial. Su confirmación queda unida a lo que consta en esta página (su huella digital) y a su nombre.',
  'With what did you compare it?': '¿Con qué la comparó?',
  'If you like.': 'Si lo desea.',
  'I confirm this edition': 'Confirmo esta edición',
  'Withdrawn: it was found wrong. Nothing is destroyed under it any more.':
    'Retirada: se halló incorrecta. Ya no se destruye nada conforme a ella.',
  'Edition {} took its place. Nothing is destroyed under it any more.':
    'La edición {1} ocupó su lugar. Ya no se destruye nada conforme a ella.',
  'It ended, says the log, after the backup that this database came from. Who ended it is lost: withdraw it again, or put the right one in its place. Nothing is destroyed under it.':
    'Terminó, según el registro, después de la copia de seguridad de la que procede esta base de datos. Quién la terminó se perdió: retírela de nuevo, o ponga la correcta en su lugar. No se destruye nada conforme a ella.',
  'Nobody has said when it begins.': 'Nadie ha dicho cuándo empieza.',
  'It begins each year on (month-day) {}. That is part of what is confirmed.':
    'Empieza cada año el (mes-día) {1}. Eso es parte de lo que se confirma.',
  'Withdraw it': 'Retirarla',
  'If it was found wrong. Nothing is destroyed under it from then on, and that cannot be taken back: what is right is filed as another edition, and put in its place.':
    'Si se halló incorrecta. Desde entonces no se destruye nada conforme a ella, y eso no se puede deshacer: lo correcto se registra como otra edición, y se pone en su lugar.',
  'What is wrong with it?': '¿Qué está mal en ella?',
  'Withdraw this edition': 'Retirar esta edición',
  'It is withdrawn. Nothing is destroyed under it any more.':
    'Está retirada. Ya no se destruye nada conforme a ella.',
  'Say what is wrong with it, in 2,000 characters at most. Nothing was changed.':
    'Diga qué está mal en ella, en 2000 caracteres como máximo. No se cambió nada.',
  'This edition counts no more: another one took its place, or somebody withdrew it. Nothing is destroyed under it, and that stays so. File what is right as an edition with a name of its own.':
    'Esta edición ya no cuenta: otra ocupó su lugar, o alguien la retiró. No se destruye nada conforme a ella, y así queda. Registre lo correcto como una edición con nombre propio.',
  'Your confirmation is on file.': 'Su confirmación está registrada.',
  'This is not the edition as it stands: its digest is another one. Read it again before you confirm it.':
    'Esta no es la edición como consta: su huella digital es otra. Léala de nuevo antes de confirmarla.',
  'You have confirmed this edition already, and it takes two different people. Ask a colleague to read it and confirm it too.':
    'Usted ya confirmó esta edición, y hacen falta dos personas distintas. Pida a un colega que la lea y la confirme también.',
  'Compare it with': 'Compararla con',
  'All schedules': 'Todos los calendarios',
  '{} against {}': '{1} frente a {2}',
  'in the place of': 'en lugar de',
  'The two say the same of every series.': 'Las dos dicen lo mismo de cada serie.',
  '{} series differ.': '{1} series difieren.',
  'These might be kept shorter, or are gone: {}. A lock in the store that stands is never shortened by it; a record becomes due sooner, and no sooner than its lock ends.':
    'Estas podrían conservarse menos tiempo, o ya no están: {1}. Un bloqueo vigente en el almacén no se acorta nunca por ello; un registro vence antes, y no antes de que termine su bloqueo.',
  'New series': 'Serie nueva',
  'Gone: records under it stay under the older edition':
    'Ya no está: los registros de esta serie siguen en la edición anterior',
  'Kept as long as before.': 'Se conserva tanto como antes.',
  'Kept longer.': 'Se conserva más tiempo.',
  'Might be kept shorter.': 'Podría conservarse menos tiempo.',
  'The period was not known, and is known now.': 'El plazo no se conocía, y ahora se conoce.',
  'The period was known, and is not any more: nothing under it is due.':
    'El plazo se conocía, y ya no: nada conforme a ella vence.',
  'What begins the period is another: for some records that may be shorter, and for others longer.':
    'Lo que inicia el plazo es otra cosa: para unos registros puede ser menos tiempo, y para otros más.',
  Code: 'Código',
  'Official number': 'Número oficial',
  Description: 'Descripción',
  'What begins the period': 'Qué inicia el plazo',
  'Counted from': 'Se cuenta desde',
  Period: 'Plazo',
  'What becomes of it': 'Qué se hace con ello',
  'Where it says so': 'Dónde lo dice',
  'How far it was read': 'Hasta dónde se leyó',
  'Put it in the place of the older one': 'Ponerla en lugar de la anterior',
  'Records under {}: {}.': 'Registros conforme a {1}: {2}.',
  'Those whose code is in {} move to it in one step, each with an entry in its history, and so do the rules; the others stay where they are, and are not destroyed before somebody puts them under another series. {}':
    'Los que tienen su código en {1} pasan a ella de una vez, cada uno con una anotación en su historial, y también las reglas; los demás se quedan donde están, y no se destruyen antes de que alguien los ponga en otra serie. {2}',
  'Move the records to {}': 'Pasar los registros a {1}',
  'It took the place of the older edition. What had its codes moved; see how many records are under it now.':
    'Ocupa el lugar de la edición anterior. Lo que tenía sus códigos pasó a ella; vea cuántos registros tiene ahora.',

  // On a record's page
  'Sealed under': 'Sellado en la serie',
  'How long it is kept': 'Cuánto tiempo se conserva',
  'This record is not complete yet. How long it is kept is known when it is.':
    'Este registro todavía no está completo. Cuando lo esté se sabrá cuánto tiempo se conserva.',
  'Unclassified: no series of a schedule applies to it, so it is kept and never due.':
    'Sin clasificar: no le corresponde ninguna serie de un calendario, así que se conserva y no vence nunca.',
  'Kept permanently under {}, {} ({}).': 'Se conserva permanentemente conforme a {1}, {2} ({3}).',
  'Kept through': 'Se conserva hasta el',
  'under {}, {} ({});': 'inclusive conforme a {1}, {2} ({3});',
  'Kept under {}, {} ({}), whose period is not known; so there is no date yet.':
    'Se conserva conforme a {1}, {2} ({3}), cuyo plazo no se conoce; así que todavía no hay fecha.',
  'Kept under {}, {} ({}). Its period counts from the end of a fiscal year, and nobody has said when that of the agency begins; so there is no date yet.':
    'Se conserva conforme a {1}, {2} ({3}). Su plazo se cuenta desde el fin de un año fiscal, y nadie ha dicho cuándo empieza el de la entidad; así que todavía no hay fecha.',
  'Kept under {}, {} ({}). Its period begins with “{}”, whose day is not known yet; so there is no date yet.':
    'Se conserva conforme a {1}, {2} ({3}). Su plazo empieza con «{4}», cuyo día todavía no se conoce; así que todavía no hay fecha.',
  'That is the longest of the {} series that apply.':
    'Es el más largo de los de las {1} series que le corresponden.',
  'Two people of the agency have not confirmed this schedule yet, and until they have nothing is destroyed under it.':
    'Dos personas de la entidad todavía no han confirmado este calendario, y hasta entonces nada se destruye conforme a él.',
  'The rules of the agency have not been applied to it yet. Until they are, it is not due.':
    'Todavía no se le aplicaron las reglas de la entidad. Hasta entonces, no vence.',
  'keeps it longest': 'la que más lo conserva',
  'alone due on': 'por sí sola vence el',
  'Days that are known': 'Días que se conocen',
  entered: 'anotado el',
  Posted: 'Publicado',
  Removed: 'Retirado',
  'Withdraw this day': 'Retirar este día',
  'Change how long it is kept': 'Cambiar cuánto tiempo se conserva',
  'One more series': 'Una serie más',
  '{}, {} ({})': '{1}, {2} ({3})',
  'Why does it apply?': '¿Por qué le corresponde?',
  'It stands on the record.': 'Consta en el registro.',
  'Add this series': 'Agregar esta serie',
  'A series that does not apply': 'Una serie que no le corresponde',
  'Why does it not apply?': '¿Por qué no le corresponde?',
  'Take it away': 'Quitarla',
  'What happened': 'Qué ocurrió',
  'As the schedule calls it, such as case-closed.': 'Como lo llama el calendario, por ejemplo case-closed.',
  'On which day': 'Qué día',
  'What shows it': 'Qué lo demuestra',
  'Enter this day': 'Anotar este día',

  // In histories
  'Put under another series': 'Clasificado en otra serie',
  'Day of an event entered or withdrawn': 'Día de un hecho anotado o retirado',
  'Edition of a schedule filed': 'Edición de un calendario registrada',
  'Edition of a schedule confirmed': 'Edición de un calendario confirmada',
  'Edition put in the place of an older one': 'Edición puesta en lugar de una anterior',
  'Edition of a schedule withdrawn': 'Edición de un calendario retirada',
  'Rule of classification added': 'Regla de clasificación agregada',
  'Rule of classification ended': 'Regla de clasificación terminada',

  // Problems
  'There is no such edition in this agency. GET /v1/schedules lists those that there are.':
    'En esta entidad no hay tal edición. GET /v1/schedules enumera las que hay.',
  'This is not the edition that was compared: its digest is another one. Compare the two again, and send the digest that you see.':
    'Esta no es la edición que se comparó: su huella digital es otra. Compare las dos de nuevo y envíe la huella digital que ve.',
  'An edition is put in the place of another by a person who signed in, not by a key. Sign in, compare the two, and do it on that page.':
    'Una edición la pone en lugar de otra una persona que inició sesión, no una clave. Inicie sesión, compare las dos y hágalo en esa página.',
  'An edition is withdrawn by a person who signed in, not by a key. Sign in and withdraw it on the page of the edition.':
    'Una edición la retira una persona que inició sesión, no una clave. Inicie sesión y retírela en la página de la edición.',
  'When the fiscal year begins is said by a person who signed in, not by a key. Sign in and say it on the page of retention.':
    'Cuándo empieza el año fiscal lo dice una persona que inició sesión, no una clave. Inicie sesión y dígalo en la página de conservación.',
  'An edition is confirmed by a person who signed in, not by a key. Sign in and confirm it on the page of the edition.':
    'Una edición la confirma una persona que inició sesión, no una clave. Inicie sesión y confírmela en la página de la edición.',
  'There is no such rule in this agency, or it has ended. GET /v1/retention/rules lists those that apply.':
    'En esta entidad no hay tal regla, o ha terminado. GET /v1/retention/rules enumera las que se aplican.',
  'This record is not complete yet, or its content is destroyed: there is nothing to classify. Its receipt says how it stands.':
    'Este registro todavía no está completo, o su contenido está destruido: no hay nada que clasificar. Su comprobante dice en qué estado está.',
  'The record stands under this series already; nothing was changed.':
    'El registro ya pertenece a esta serie; no se cambió nada.',
  'The record does not stand under this series; nothing was changed.':
    'El registro no pertenece a esta serie; no se cambió nada.',
  'Expected what happened as a word of a schedule: small letters, digits and hyphens, such as case-closed or superseded.':
    'Se esperaba qué ocurrió como una palabra del calendario: minúsculas, cifras y guiones, por ejemplo case-closed o superseded.',
  'Expected a day of the calendar, such as 2026-11-21.':
    'Se esperaba un día del calendario, por ejemplo 2026-11-21.',
  'There is no such day on this record that somebody entered. What the record itself says cannot be withdrawn by hand.':
    'En este registro no hay tal día que alguien haya anotado. Lo que dice el propio registro no se puede retirar a mano.',
  'Say why, in one line: the reason stands on the record.':
    'Diga por qué, en una línea: el motivo consta en el registro.',
  'Not an edition of a schedule': 'No es una edición de un calendario',
  'There is such an edition': 'Ya hay una edición así',
  'No such edition': 'No existe esa edición',
  'Not the edition as it stands': 'No es la edición como consta',
  'Confirmed by you already': 'Ya la confirmó usted',
  'The edition counts no more': 'La edición ya no cuenta',
  'Not a rule': 'No es una regla',
  'No such rule': 'No existe esa regla',
  'Not a change of series': 'No es un cambio de serie',
  'The record stands otherwise': 'El registro está de otra manera',
  'Not a day of an event': 'No es el día de un hecho',
  'No such day': 'No existe ese día',
  'The record is not complete': 'El registro no está completo',
  'Not a setting': 'No es un ajuste',
};
