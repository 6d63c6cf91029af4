/** What a moderator has not confirmed, what was left off on the form, a storm of pictures that waits, and the foot of paper. */
import type { Messages } from '../../language.ts';

export const unconfirmed: Messages = {
  // On the form
  'One that you handed in waits for your word: removed, or not?':
    'Un contenido que usted reportó espera su respuesta: ¿se retiró o no?',
  '{} that you handed in wait for your word: removed, or not?':
    '{1} contenidos que usted reportó esperan su respuesta: ¿se retiraron o no?',
  'What you had put in here and not handed in yet is here again.':
    'Lo que usted había puesto aquí y todavía no había enviado está aquí de nuevo.',
  'Start over': 'Empezar de nuevo',
  'Not all of the pictures: what is missing was handed in already, or lay here for more than a day.':
    'No están todas las imágenes: las que faltan ya se enviaron, o estuvieron aquí más de un día.',
  'Look among the removals that nobody has confirmed yet':
    'Búsquelas entre los retiros que nadie ha confirmado todavía',
  'Look among the records that were kept without a removal':
    'Búsquelas entre los registros conservados sin retiro',
  'It was sent once, and no answer came: sent again as it stands, it does not become a second record.':
    'Ya se envió una vez y no llegó respuesta: si se envía de nuevo tal como está, no será un segundo registro.',
  'Look for them again': 'Buscarlas de nuevo',
  'Leave them out': 'Dejarlas fuera',
  'Show them here': 'Mostrarlas aquí',
  // A storm that waits
  'The connection is lost. It is tried again by itself until it is back; leave this page open.':
    'Se perdió la conexión. Se intenta de nuevo por sí solo hasta que vuelva; deje esta página abierta.',
  'The archive can take nothing just now. It is tried again by itself until it can; leave this page open.':
    'Holdfast no puede recibir nada en este momento. Se intenta de nuevo por sí solo hasta que pueda; deje esta página abierta.',
  'Nothing is tried any more by itself. The pictures are still here: press “Try all again”.':
    'Ya no se intenta nada por sí solo. Las imágenes siguen aquí: pulse «Intentar todo de nuevo».',
  'Stop trying': 'Dejar de intentar',
  // The list
  'On record: it was removed.': 'Quedó registrado: se retiró.',
  'On record: it was not removed after all. The record stays.':
    'Quedó registrado: finalmente no se retiró. El registro se queda.',
  'Was that a mistake?': '¿Fue un error?',
  'Nothing waits for your word.': 'Nada espera su respuesta.',
  'What you hand in and do not call removed, or kept after all, is listed here until you do.':
    'Lo que usted reporta aparece aquí hasta que diga si se retiró o si finalmente se conservó.',
  'Hand something in': 'Reportar algo',
  'You handed these in, and nobody has said yet what became of them. The oldest are first.':
    'Usted los reportó, y nadie ha dicho todavía qué pasó con ellos. Los más antiguos van primero.',
  'Safe to remove': 'Ya se puede retirar',
  'Do not remove these yet': 'No retire estos todavía',
  'Handed in {}': 'Reportado {1}',
  'What is missing, and what you can say': 'Qué falta, y qué puede usted decir',
  'You have answered for these': 'Usted ya respondió por estos',
  'Change what you said': 'Cambiar su respuesta',
  '{} more are safe to remove, and come up when you have answered for these.':
    'Hay {1} más que ya se pueden retirar; aparecen cuando usted haya respondido por estos.',
  '{} more are not to be removed yet, and are not shown.':
    'Hay {1} más que todavía no se deben retirar y que no se muestran.',
  '{} that you handed in later are not shown. They come up when you have said what became of these.':
    'Hay {1} que usted reportó después y que no se muestran. Aparecen cuando usted haya dicho qué pasó con estos.',
  // On paper
  '{} · {} · as it stood {}, for {}': '{1} · {2} · tal como estaba el {3}, para {4}',
};
