/** Disposal: lists, their four steps, the certificate, and why something is not destroyed. */
import type { Messages } from '../../language.ts';

export const disposals: Messages = {
  'Disposal: {}': 'Eliminación: {1}',
  Disposal: 'Eliminación',
  'All lists': 'Todas las listas',
  'A draft': 'Un borrador',
  Schedule: 'Tabla de conservación',
  'Due through': 'Vencidos hasta el',
  '1. The list, and a look at some of it': '1. La lista, y una mirada a una parte',
  'Some records of the list, by chance. Open each; it is entered in its history that you did.':
    'Algunos registros de la lista, al azar. Abra cada uno; en su historial queda anotado que lo hizo.',
  '{}. Period began {}, due {}.': '{1}. El plazo empezó el {2} y venció el {3}.',
  'Except a single record': 'Exceptuar un registro',
  'Number of the record': 'Número del registro',
  'Why is it not destroyed with the others?': '¿Por qué no se destruye con los demás?',
  'Take it off the list': 'Quitarlo de la lista',
  '2. Freeze and propose': '2. Fijar y proponer',
  'From here on the list does not change any more. Its digest is what somebody else approves.':
    'Desde aquí la lista ya no cambia. Otra persona aprueba su huella digital.',
  'Was it decided by another authority as well?': '¿Lo decidió también otra autoridad?',
  'If so, where: an ordinance, the minutes of a committee. It stands in the certificate.':
    'Si es así, dónde: una ordenanza, el acta de un comité. Consta en el certificado.',
  'Freeze the list and propose it': 'Fijar la lista y proponerla',
  '3. Approval by somebody else': '3. Aprobación de otra persona',
  'Not yet.': 'Todavía no.',
  '4. Destruction and certificate': '4. Destrucción y certificado',
  'The records of the list': 'Los registros de la lista',
  Series: 'Serie',
  Due: 'Vence',
  'On the list': 'En la lista',
  Excepted: 'Exceptuado',
  Kept: 'Conservado',
  'Being destroyed': 'Se está destruyendo',
  Destroyed: 'Destruido',
  'More records': 'Más registros',
  'Cancel this list': 'Cancelar esta lista',
  'Why is it not done?': '¿Por qué no se hace?',
  'Cancel the list': 'Cancelar la lista',
  'Certificate (PDF)': 'Certificado (PDF)',
  'Certificate (signed JSON)': 'Certificado (JSON firmado)',
  'Schedule and edition': 'Tabla de conservación y edición',
  'Record series': 'Series documentales',
  Quantity: 'Cantidad',
  'records: {}, files: {}, bytes: {}': 'registros: {1}, archivos: {2}, bytes: {3}',
  'Inclusive dates': 'Fechas extremas',
  'Manner of destruction': 'Forma de destrucción',
  Begun: 'Iniciada',
  Completed: 'Terminada',
  Holds: 'Retenciones',
  'none, asked in the transaction that marked each record, last':
    'ninguna; se preguntó en la transacción que marcó cada registro, por última vez',
  'Requested by': 'Solicitada por',
  Authority: 'Autoridad',
  'none beside the two people': 'ninguna además de las dos personas',
  'Digest of the list': 'Huella digital de la lista',
  'Entry of the approval in the log': 'Asiento de la aprobación en la bitácora',
  Backups: 'Copias de seguridad',
  'For the minutes': 'Para el acta',
  'Still to be done': 'Queda por hacer',
  'What begins with a command or a name of it is left to whoever runs the database.':
    'Lo que empieza con una orden o su nombre le corresponde a quien administra la base de datos.',
  'Proposed: somebody else approves it': 'Propuesta: otra persona la aprueba',
  'Its records stand below.': 'Sus registros figuran abajo.',
  'Due as well, and locked in the store for longer than a list waits: {}. The first of these locks ends':
    'También vencidos, y bloqueados en el almacén por más tiempo del que espera una lista: {1}. El primero de estos bloqueos termina',
  '. They are for a later list.': '. Son para una lista posterior.',
  'Due as well, and locked in the store for longer than a list waits: {}. They are for a later list.':
    'También vencidos, y bloqueados en el almacén por más tiempo del que espera una lista: {1}. Son para una lista posterior.',
  'Due as well, and more than a list has room for: {}. A list has at most 2,000 records; make another one when this is proposed.':
    'También vencidos, y más de los que caben en una lista: {1}. Una lista tiene como máximo 2000 registros; haga otra cuando esta esté propuesta.',
  'Locked in the store for longer than a list waits, and for a later list: {}.':
    'Bloqueados en el almacén por más tiempo del que espera una lista, y para una lista posterior: {1}.',
  'One of these records is locked in the store for longer than a list waits. Leave it to a later list, when its lock is about to end.':
    'Uno de estos registros está bloqueado en el almacén por más tiempo del que espera una lista. Déjelo para una lista posterior, cuando su bloqueo esté por terminar.',
  Proposed: 'Propuesta',
  'Authority:': 'Autoridad:',
  'You proposed this list. Two people decide: another approver approves it.':
    'Usted propuso esta lista. Deciden dos personas: la aprueba otra persona autorizada.',
  'Approved, cooling off': 'Aprobada, en período de espera',
  Approved: 'Aprobada',
  'Cooling off until': 'En período de espera hasta',
  '. Then the archive begins by itself. A hold that is placed until then keeps its records.':
    '. Entonces el archivo empieza solo. Una retención que se ponga hasta entonces conserva sus registros.',
  '. Destroyed: {}. Kept: {}. Could not be destroyed yet: {}.':
    '. Destruidos: {1}. Conservados: {2}. No se pudieron destruir todavía: {3}.',
  'Some files could not be destroyed. Each stands below with the reason, and is tried again. The list is not completed before.':
    'Algunos archivos no se pudieron destruir. Cada uno figura abajo con el motivo y se vuelve a intentar. La lista no se da por terminada antes.',
  'Destroyed, with a certificate': 'Destruida, con certificado',
  'Not yet. A retention officer freezes and proposes it.':
    'Todavía no. La fija y la propone una persona encargada de la conservación.',
  'Clean-up of the database (signed JSON)': 'Limpieza de la base de datos (JSON firmado)',
  'Cancelled: nothing was destroyed': 'Cancelada: no se destruyó nada',
  ', by {}:': ', por {1}:',
  'Refused: nothing was destroyed': 'Rechazada: no se destruyó nada',
  'You approve the list with the digest': 'Usted aprueba la lista con la huella digital',
  '. After {} days of cooling off its records are destroyed, and nobody can bring them back.':
    '. Tras {1} días de espera se destruyen sus registros y nadie puede recuperarlos.',
  'Approve the destruction': 'Aprobar la destrucción',
  'Refuse the list': 'Rechazar la lista',
  Refuse: 'Rechazar',
  'An approver, who is not the one who proposed it, approves it.':
    'La aprueba una persona autorizada que no es quien la propuso.',
  'What is due under its schedule is destroyed in four steps: a list, a proposal, the approval of somebody else, and the destruction itself, with a certificate. What is held, requested or unclassified is never on a list, and no lock is cut short.':
    'Lo que venció según su tabla de conservación se destruye en cuatro pasos: una lista, una propuesta, la aprobación de otra persona y la destrucción misma, con un certificado. Lo retenido, solicitado o sin clasificar nunca está en una lista, y ningún bloqueo se acorta.',
  'Due now': 'Vencido ahora',
  'Due: {}. Held: {}. On a list already: {}.': 'Vencidos: {1}. Retenidos: {2}. Ya en una lista: {3}.',
  'Make a list': 'Hacer una lista',
  of: 'de',
  'The edition is not confirmed by two people of the agency: nothing is destroyed under it.':
    'La edición no está confirmada por dos personas de la entidad: no se destruye nada según ella.',
  Lists: 'Listas',
  'Records: {}. Made': 'Registros: {1}. Hecha',
  'Nothing is due.': 'No hay nada vencido.',
  'No list was made yet.': 'Todavía no se ha hecho ninguna lista.',
  'Certificate of destruction': 'Certificado de destrucción',
  'Description and citation': 'Descripción y cita',
  'The signed certificate is attached to this PDF. The key that signed it is the one that signs the receipts of this agency, and stands in its log. The certificate holds nothing of what was destroyed; it is a permanent record.':
    'El certificado firmado va adjunto a este PDF. La clave que lo firmó es la que firma los comprobantes de esta entidad y consta en su bitácora. El certificado no contiene nada de lo destruido; es un documento permanente.',
  'The signed certificate, for whoever checks it': 'El certificado firmado, para quien lo compruebe',
  // what happened
  'List of disposal made': 'Lista de eliminación hecha',
  'Record taken off a list of disposal': 'Registro quitado de una lista de eliminación',
  'Disposal proposed': 'Eliminación propuesta',
  'Disposal approved': 'Eliminación aprobada',
  'Disposal refused or cancelled': 'Eliminación rechazada o cancelada',
  'Destruction begun': 'Destrucción iniciada',
  'Destruction completed, with a certificate': 'Destrucción terminada, con certificado',
  'A file could not be destroyed': 'Un archivo no se pudo destruir',
  'Database cleaned up after a destruction': 'Base de datos limpiada tras una destrucción',
  'Marked for destruction: two people approved it': 'Marcado para su destrucción: dos personas la aprobaron',
  'Destroyed under its schedule': 'Destruido según su tabla de conservación',
  // what was done
  'Nothing of this is due now that is not held, locked for longer or on a list already. No list was made.':
    'De esto no hay ahora nada vencido que no esté retenido, bloqueado por más tiempo o ya en una lista. No se hizo ninguna lista.',
  'The record is off the list. It stays, and is due again for the next one.':
    'El registro ya no está en la lista. Se conserva, y vuelve a figurar como vencido para la siguiente.',
  'The list is frozen and proposed. Somebody else approves it now.':
    'La lista está fijada y propuesta. Ahora la aprueba otra persona.',
  'The list is approved. The archive begins by itself when the days of cooling off are over.':
    'La lista está aprobada. El archivo empieza solo cuando termina el período de espera.',
  'The list is refused. Nothing on it is destroyed.': 'La lista está rechazada. No se destruye nada de ella.',
  'The list is cancelled. Nothing on it is destroyed.':
    'La lista está cancelada. No se destruye nada de ella.',
  'This record was destroyed under its schedule. Nothing of its content is left here.':
    'Este registro se destruyó según su tabla de conservación. Aquí no queda nada de su contenido.',
  'This record is being destroyed under its schedule.':
    'Este registro se está destruyendo según su tabla de conservación.',
  'The list on which it stood, with the certificate': 'La lista en la que figuraba, con el certificado',
  // problems, and why something is not destroyed
  'No such list of disposal': 'No existe esa lista de eliminación',
  'Not a step of a disposal': 'No es un paso de una eliminación',
  'It is not destroyed': 'No se destruye',
  'The record is being destroyed': 'El registro se está destruyendo',
  'There is no such list of disposal in this agency.': 'No existe esa lista de eliminación en esta entidad.',
  'No approved list has this record. Put it on a list, have that proposed and approved.':
    'Ninguna lista aprobada contiene este registro. Póngalo en una lista y haga que se proponga y se apruebe.',
  'The edition of the schedule is not confirmed by two people of the agency, so nothing is destroyed under it. Have it confirmed first.':
    'La edición de la tabla de conservación no está confirmada por dos personas de la entidad, así que no se destruye nada según ella. Haga que se confirme primero.',
  'Two people decide: a retention officer proposes, and another one, an approver, approves. Both are still of the agency when it is done.':
    'Deciden dos personas: una encargada de la conservación propone, y otra, autorizada, aprueba. Ambas siguen en la entidad cuando se hace.',
  'A hold lies on this record. It stays until the hold is released.':
    'Este registro tiene una retención. Se conserva hasta que se levante.',
  'A request for records matches this record. It stays until the request is closed, its time of appeal is over, and its hold is released.':
    'Una solicitud de registros coincide con este registro. Se queda hasta que la solicitud esté cerrada, haya pasado el plazo de apelación y se levante su reserva.',
  'The lock of one of its files in the store has not ended. It is tried again when it has.':
    'El bloqueo de uno de sus archivos en el almacén no ha terminado. Se vuelve a intentar cuando termine.',
  'The list is not the one that was frozen: its digest is another one. Open it again; if it stays so, cancel it, make another one and tell the administrator.':
    'La lista no es la que se fijó: su huella digital es otra. Ábrala de nuevo; si sigue así, cancélela, haga otra y avise a la administración.',
  'This record is under no series of a schedule. What is not classified is never destroyed: classify it first.':
    'Este registro no está en ninguna serie de una tabla de conservación. Lo que no está clasificado nunca se destruye: clasifíquelo primero.',
  'What was sealed in production is destroyed seven days after its approval at the earliest. Cancel this list, have HOLDFAST_COOLING_OFF set to seven days or more, and make another one.':
    'Lo que se selló en producción se destruye como muy pronto siete días después de su aprobación. Anule esta lista, haga que HOLDFAST_COOLING_OFF se fije en siete días o más, y haga otra.',
  'The days of cooling off are not over. Nothing is destroyed before.':
    'El período de espera no ha terminado. Antes no se destruye nada.',
  'This record is not due under its schedule.': 'Este registro no ha vencido según su tabla de conservación.',
  'The rules of the agency were not all applied to this record yet. That happens by itself, within minutes.':
    'Aún no se aplicaron todas las reglas de la entidad a este registro. Ocurre solo, en unos minutos.',
  'The series does not say that its records are destroyed.':
    'La serie no dice que sus registros se destruyan.',
  'Something is still to be done to this record, or waits for a person. See what its page says, and let that be ended first.':
    'Queda algo por hacer con este registro, o espera a una persona. Vea lo que dice su página y haga que se termine primero.',
  'This record is under another series than when the list was approved. Put it on a new list.':
    'Este registro está en otra serie que cuando se aprobó la lista. Póngalo en una lista nueva.',
  'The files or the days of this record are not those of the list that was approved: something came to it since. Put it on a new list, so that somebody looks at it as it is now.':
    'Los archivos o los días de este registro no son los de la lista aprobada: algo se le agregó desde entonces. Póngalo en una lista nueva, para que alguien lo mire como está ahora.',
  'A record of this list is on another list as well, which is proposed or approved already. Cancel this list, and make another one.':
    'Un registro de esta lista está también en otra, ya propuesta o aprobada. Cancele esta lista y haga otra.',
  'This record is destroyed under another list, whose certificate has it.':
    'Este registro se destruye según otra lista, y consta en el certificado de ella.',
  'A list has at most 2,000 records, so that its certificate stays small. Cancel it, and make several lists: by series, or with a day until which records are due.':
    'Una lista tiene como máximo 2000 registros, para que su certificado sea pequeño. Cancélela y haga varias listas: por serie, o con un día hasta el cual los registros vencieron.',
  'A list that was proposed does not change, and a record is on one such list at a time. To change it, cancel it and make another one.':
    'Una lista propuesta no cambia, y un registro está en una sola a la vez. Para cambiarla, cancélela y haga otra.',
  'The list is not at this step: somebody has taken it further, or ended it. Open it again.':
    'La lista no está en este paso: alguien la llevó más lejos o la terminó. Ábrala de nuevo.',
  'A list is proposed by a retention officer and approved by an approver, people of the agency who signed in.':
    'Una lista la propone una persona encargada de la conservación y la aprueba una persona autorizada, ambas de la entidad y con sesión iniciada.',
  'In the store lies a version of one of its files that no row names. Somebody has to find out whose it is: until then the record stays.':
    'En el almacén hay una versión de uno de sus archivos que ninguna fila nombra. Alguien tiene que averiguar de quién es: hasta entonces el registro se conserva.',
  'In the store a version is missing that a row names. Somebody has to find out what became of it: until then the record stays.':
    'En el almacén falta una versión que una fila nombra. Alguien tiene que averiguar qué pasó con ella: hasta entonces el registro se conserva.',
  'The store holds one of its files, and no hold of the agency says why. The record stays.':
    'El almacén retiene uno de sus archivos, y ninguna retención de la entidad dice por qué. El registro se conserva.',
  'The lock of one of its files ends too long after the list began to be destroyed. The record stays, and is for a later list.':
    'El bloqueo de uno de sus archivos termina demasiado después de que empezó la destrucción de la lista. El registro se conserva, y es para una lista posterior.',
  'The process that destroys was given no key of its own for this store. The administrator gives it one; until then nothing is destroyed.':
    'El proceso que destruye no recibió una clave propia para este almacén. La administración se la da; hasta entonces no se destruye nada.',
  'In the store lies a version that no row names, put there after the destruction had begun. The administrator finds out whose it is and takes it away; until then the list is not completed.':
    'En el almacén hay una versión que ninguna fila nombra, puesta ahí después de empezar la destrucción. La administración averigua de quién es y la quita; hasta entonces la lista no se completa.',
  'The store holds this file, though no hold of the agency lies on it. The administrator finds out who placed that hold in the store, and has it released there.':
    'El almacén retiene este archivo, aunque ninguna retención de la entidad lo abarca. La administración averigua quién puso esa retención en el almacén y hace que se levante ahí.',
  'The lock of this file in the store has not ended. It is tried again when it has.':
    'El bloqueo de este archivo en el almacén no ha terminado. Se vuelve a intentar cuando termine.',
  'The manifest, which says what there was, stays while another file of the record does.':
    'El manifiesto, que dice qué había, se conserva mientras quede otro archivo del registro.',
  'Something of it is still there, so it is not called destroyed.':
    'Todavía queda algo de él, así que no se dice destruido.',
  'A record goes this way by a disposal alone, and never back.':
    'Un registro solo sigue este camino por una eliminación, y nunca vuelve.',
  'This record is being destroyed under its schedule, or was: nothing can be added to it.':
    'Este registro se está destruyendo según su tabla de conservación, o ya se destruyó: no se le puede agregar nada.',
  'No record is left on this list. Cancel it, and make another one.':
    'No queda ningún registro en esta lista. Cancélela y haga otra.',
  'This record is not on the list, or was taken off it before.':
    'Este registro no está en la lista, o ya se quitó de ella.',
  'Give the number of the record, as it stands in the list.':
    'Indique el número del registro, como figura en la lista.',
  'There is no such edition of a schedule in this agency. Choose one that the schedules list.':
    'No existe esa edición de una tabla de conservación en esta entidad. Elija una de las que figuran.',
  'Say why it is not done, in 1 to 5000 characters.': 'Diga por qué no se hace, en 1 a 5000 caracteres.',
  'Say why this record is not destroyed with the others, in 1 to 1000 characters.':
    'Diga por qué este registro no se destruye con los demás, en 1 a 1000 caracteres.',
  'Say which authority decided it, in 1 to 500 characters.':
    'Diga qué autoridad lo decidió, en 1 a 500 caracteres.',
  'This record is being destroyed under its schedule, or was: nothing can be added to it. Report the content anew if it is there again.':
    'Este registro se está destruyendo según su tabla de conservación, o ya se destruyó: no se le puede agregar nada. Si el contenido está de nuevo, repórtelo otra vez.',
  'A list is proposed and approved by people who signed in, not by a key. Sign in, and decide it there.':
    'Una lista la proponen y la aprueban personas con sesión iniciada, no una clave. Inicie sesión y decídalo ahí.',
  'There is no such paper of this list yet: it is made when everything on it is destroyed, and the second one after the clean-up of the database.':
    'Todavía no existe ese documento de la lista: se hace cuando todo lo que contiene está destruido, y el segundo tras la limpieza de la base de datos.',
};
