/** The worklist of the custodian's office. */
import type { Messages } from '../../language.ts';

export const worklist: Messages = {
  'New ({})': 'Nuevos ({1})',
  New: 'Nuevos',
  '1,000 or more': '1,000 o más',
  'Nothing new is on the list.': 'No hay nada nuevo en la lista.',
  'Whatever is handed in appears here as soon as it is sealed, until somebody of the custodian’s office takes note of it.':
    'Todo lo que se reporta aparece aquí en cuanto queda sellado, hasta que alguien de la oficina del custodio toma nota de ello.',
  'Note what I marked': 'Tomar nota de lo marcado',
  'Note all {} shown': 'Tomar nota de los {1} que se muestran',
  'Noted means: your office knows of it. The record stays as it is, and says who took note and when.':
    'Tomar nota significa: su oficina está enterada. El registro queda como está, y dice quién tomó nota y cuándo.',
  'Removed, or not?': '¿Se retiró o no?',
  'Nobody waits to be asked whether something was removed.': 'No hay nada por lo que preguntar si se retiró.',
  'Nobody has said yet whether these were removed; the oldest are first. Not each of them is safe to remove: open one, and its status, to see that and to say what was done.':
    'Nadie ha dicho todavía si estos se retiraron; primero los más antiguos. No todos se pueden retirar de manera segura: abra uno, y su estado, para verlo y para decir qué se hizo.',
  'All that nobody has confirmed': 'Todo lo que nadie ha confirmado',
  'A person must look': 'Una persona debe revisarlo',
  'Nothing stands still.': 'No hay nada detenido.',
  'Step “{}” stopped': 'Se detuvo el paso «{1}»',
  'Mark:': 'Marcar:',
  'Open the record': 'Abrir el registro',

  // Letters.
  'No office is named that is told by mail, so this list is the only place where new records are announced.':
    'No se ha indicado ninguna oficina a la que se avise por correo, así que esta lista es el único lugar donde se anuncian los registros nuevos.',
  'Mail is not set up on this installation, so this list is the only place where new records are announced.':
    'El correo no está configurado en esta instalación, así que esta lista es el único lugar donde se anuncian los registros nuevos.',
  'Not every letter gets through to: {}. What was archived is in this list.':
    'No llegan todos los mensajes a: {1}. Lo que se archivó está en esta lista.',
  'Name an office, or try its address': 'Indicar una oficina o probar su dirección',
  'An administrator of your agency can change it.': 'Un administrador de su entidad puede cambiarlo.',

  // What was done.
  'Nothing was marked, so nothing was noted. Mark what you have seen, or note all that are shown.':
    'No se marcó nada, así que no se tomó nota de nada. Marque lo que haya visto, o tome nota de todos los que se muestran.',
  'One record is noted.': 'Se tomó nota de un registro.',
  '{} records are noted.': 'Se tomó nota de {1} registros.',
};
