/** Holds. "The record", "It is not there any more" and the like stand with the sealed files. */
import type { Messages } from '../../language.ts';

export const holds: Messages = {
  'A record that is held is not destroyed, whatever its schedule says. Many holds may lie on one record; it is held until the last of them is released.':
    'Un registro en reserva no se destruye, diga lo que diga su calendario de conservación. Puede haber muchas reservas sobre un registro; queda en reserva hasta que se levanta la última.',
  'To hold records,': 'Para poner registros en reserva,',
  'find them': 'búsquelos',
  'and hold all that were found, or open one of them.':
    'y ponga en reserva todos los encontrados, o abra uno de ellos.',
  'No hold was ever placed.': 'Nunca se ha establecido ninguna reserva.',
  'Nothing is held.': 'No hay nada en reserva.',
  '1 record': '1 registro',
  '{} records': '{1} registros',
  'and what comes later': 'y lo que llegue después',
  since: 'desde',
  released: 'levantada',
  'Ends: {}': 'Termina: {1}',
  'Only those that last': 'Solo las vigentes',
  'Those that were released as well': 'También las que se levantaron',
  'Older holds': 'Reservas anteriores',
  'Locks in the store': 'Bloqueos en el almacén',
  'Some locks or holds in the store are not what they should be, and could not be put right.':
    'Algunos bloqueos o reservas del almacén no son lo que deberían y no se pudieron corregir.',
  'Each night every sealed file is asked for in the store: its lock and its hold are compared with what law, lease and holds want. What may be put right is; what may not is listed here.':
    'Cada noche se consulta en el almacén cada archivo sellado: su bloqueo y su reserva se comparan con lo que piden la ley, el plazo y las reservas. Lo que se puede corregir se corrige; lo que no, se indica aquí.',
  'They were not compared yet.': 'Todavía no se han comparado.',
  'Last compared': 'Última comparación',
  '{} files, {} put right.': '{1} archivos, {2} corregidos.',
  'Its lock ended sooner than it should; it was extended':
    'Su bloqueo terminaba antes de lo debido; se prolongó',
  'The store holds it, and nobody here placed a hold':
    'El almacén lo tiene en reserva y aquí nadie estableció ninguna',
  'The store does not say how it stands': 'El almacén no dice cómo está',
  'The store does not take the hold': 'El almacén no acepta la reserva',
  'No record knows this version': 'Ningún registro conoce esta versión',
  Found: 'Descubierto',

  // Kinds, and how far somebody read where they stand.
  'A suit under the Sunshine Law was served': 'Se notificó una demanda conforme a la Ley Sunshine',
  'Section 610.027.1, RSMo': 'Sección 610.027.1, RSMo',
  'until the court directs otherwise': 'hasta que el tribunal disponga otra cosa',
  'An open Sunshine request': 'Una solicitud Sunshine abierta',
  'Introduction of the retention schedules': 'Introducción de los calendarios de conservación',
  'Litigation or a claim': 'Litigio o reclamación',
  'An audit': 'Una auditoría',
  'An investigation': 'Una investigación',
  'Policy of the agency': 'Política de la entidad',
  'A closed record that must not be destroyed': 'Un registro cerrado que no debe destruirse',
  'Section 610.120.1, RSMo': 'Sección 610.120.1, RSMo',
  'Another reason': 'Otro motivo',
  'The words of the law were read.': 'Se leyó el texto de la ley.',
  'Read in a secondary copy only: ask counsel before you rely on it.':
    'Leído solo en una copia secundaria: consulte a su asesor jurídico antes de basarse en ello.',
  'Not verified: nobody read where it is said to stand. It is no law until your counsel says so; the reason that is given is what counts.':
    'Sin verificar: nadie ha leído el lugar donde se dice que figura. No es ley mientras su asesor jurídico no lo diga; lo que cuenta es el motivo que se indique.',
  'No law is named: the reason that is given is what counts.':
    'No se cita ninguna ley: lo que cuenta es el motivo que se indique.',
  'Said to stand in: {}.': 'Se dice que figura en: {1}.',

  // One of them.
  'Hold {}': 'Reserva {1}',
  'The hold is placed on 1 record.': 'La reserva se estableció sobre 1 registro.',
  'The hold is placed on {} records.': 'La reserva se estableció sobre {1} registros.',
  'This hold was released. It keeps nothing any more.': 'Esta reserva se levantó. Ya no conserva nada.',
  Kind: 'Tipo',
  Why: 'Por qué',
  Placed: 'Establecida',
  'On the search': 'Sobre la búsqueda',
  'In the store': 'En el almacén',
  Released: 'Levantada',
  'Records ({})': 'Registros ({1})',
  'It lies on no record yet.': 'Todavía no recae sobre ningún registro.',
  'held since': 'en reserva desde',
  'Held in the database since': 'En reserva en la base de datos desde',
  'nothing of it is sealed yet': 'todavía no hay nada sellado',
  'mirrored in the store: {} of {} files': 'reflejada en el almacén: {1} de {2} archivos',
  everything: 'todo',
  'What it found when the hold was placed, and whatever it finds since.':
    'Lo que encontró al establecerse la reserva y todo lo que encuentre desde entonces.',
  'What it found when the hold was placed, and nothing later.':
    'Lo que encontró al establecerse la reserva y nada posterior.',
  'A hold is released by a custodian or an administrator who is neither retention officer nor approves destruction.':
    'Una reserva la levanta un custodio o un administrador que no sea responsable de conservación ni apruebe la destrucción.',
  'Release this hold': 'Levantar esta reserva',
  'Why is it released?': '¿Por qué se levanta?',
  'It stays on file, with your name.': 'Queda archivado, con su nombre.',
  Release: 'Levantar',
  'Say in 1 to 5,000 characters why it is released. Nothing was released.':
    'Diga en 1 a 5000 caracteres por qué se levanta. No se levantó nada.',

  // Placing one.
  'Place a hold': 'Establecer una reserva',
  'Hold all that this search finds': 'Poner en reserva todo lo que encuentra esta búsqueda',
  'Hold this record': 'Poner en reserva este registro',
  'Why may they not be destroyed?': '¿Por qué no deben destruirse?',
  'Such as the number of the case, by which your office knows it.':
    'Por ejemplo, el número del caso con el que lo conoce su oficina.',
  'The reason, in words': 'El motivo, con palabras',
  'What ends it?': '¿Qué la termina?',
  'Such as: until the court directs otherwise.': 'Por ejemplo: hasta que el tribunal disponga otra cosa.',
  'From then on nothing of it is destroyed. That it is held stands in the history of each record, and in the log.':
    'Desde ese momento no se destruye nada de ello. Que está en reserva consta en el historial de cada registro y en la bitácora.',
  'On the record': 'Sobre el registro',
  'On every record of the agency.': 'Sobre todos los registros de la entidad.',
  'On what this search finds:': 'Sobre lo que encuentra esta búsqueda:',
  'On which of them?': '¿Sobre cuáles?',
  'The one record that it finds now': 'El único registro que encuentra ahora',
  'All {} records that it finds now': 'Los {1} registros que encuentra ahora',
  'What comes later is not held.': 'Lo que llegue después no queda en reserva.',
  'Those, and whatever it finds later': 'Esos, y todo lo que encuentre después',
  'New matches are held as they come.': 'Las nuevas coincidencias quedan en reserva conforme llegan.',
  'Give it a name of 1 to 200 characters, such as the number of the case.':
    'Dele un nombre de 1 a 200 caracteres, por ejemplo el número del caso.',
  'Say in 1 to 5,000 characters why the records are held.':
    'Diga en 1 a 5000 caracteres por qué los registros quedan en reserva.',
  'Say in 1 to 500 characters what ends the hold.': 'Diga en 1 a 500 caracteres qué termina la reserva.',
  'A hold cannot stand on what a person must look at: hold what is found now, or take that filter away.':
    'Una reserva no puede seguir lo que una persona debe revisar: ponga en reserva lo que se encuentra ahora o quite ese filtro.',
  'Expected a day such as 2026-11-21.': 'Se esperaba un día como 2026-11-21.',

  // On a record.
  Held: 'En reserva',
  'It is not destroyed before the last of these holds is released.':
    'No se destruye antes de que se levante la última de estas reservas.',
  'A hold': 'Una reserva',
  'Mirrored in the store: {} of {} files.': 'Reflejado en el almacén: {1} de {2} archivos.',
  'Place another hold': 'Establecer otra reserva',

  // What is refused.
  'Not a hold': 'No es una reserva',
  'Nothing to hold': 'Nada que poner en reserva',
  'No such hold': 'No existe esa reserva',
  'Not released by this role': 'Este rol no la levanta',
  'The hold was released': 'La reserva se levantó',
  'The record is held': 'El registro está en reserva',
  'There is no such hold in this agency.': 'No existe esa reserva en esta entidad.',
  'This hold was released before, and stays so. Place another one if the records must be kept.':
    'Esta reserva ya se había levantado y así queda. Establezca otra si los registros deben conservarse.',
  'A hold is released by a person who signed in, not by a key. Sign in, and release it on its page.':
    'Una reserva la levanta una persona que inició sesión, no una clave. Inicie sesión y levántela en su página.',
  'A hold is released by a custodian or an administrator of the agency who is neither its retention officer nor approves destruction. Ask somebody who is; nothing was released.':
    'Una reserva la levanta un custodio o un administrador de la entidad que no sea su responsable de conservación ni apruebe la destrucción. Pídaselo a alguien que lo sea; no se levantó nada.',
  'One of these records is being destroyed, or was, and cannot be held any more. Nothing was held; leave that record out.':
    'Uno de estos registros se está destruyendo, o ya se destruyó, y no se puede poner en reserva. No se puso nada en reserva; excluya ese registro.',
  'This record is held. It is not destroyed before every hold on it is released.':
    'Este registro está en reserva. No se destruye antes de que se levanten todas sus reservas.',
  'This search finds no record that could be held, so no hold was placed. Look for something else, or let the hold stand on the search, so that what comes is held.':
    'Esta búsqueda no encuentra ningún registro que se pueda poner en reserva, así que no se estableció ninguna. Busque otra cosa o deje que la reserva siga la búsqueda, para que lo que llegue quede en reserva.',
};
