/** The keys of programs. */
import type { Messages } from '../../language.ts';

export const keys: Messages = {
  'What is it for?': '¿Para qué es?',
  'What may it do?': '¿Qué puede hacer?',
  'Reports of one source only': 'Solo reportes de una fuente',
  'Last day': 'Último día',
  'Program that hands in': 'Programa que reporta',
  'Keys are for programs; people sign in.': 'Las claves son para programas; las personas inician sesión.',
  'No program has one.': 'Ningún programa tiene una.',
  'Make a key': 'Crear una clave',
  'Such as “Facebook connector”.': 'Como «Conector de Facebook».',
  'A program that hands in reads receipts, and never content.':
    'Un programa que reporta lee comprobantes, y nunca contenido.',
  'How the source of its reports begins, such as /agencies/{}/webhook/facebook. Empty: any.':
    'Cómo empieza la fuente de sus reportes, por ejemplo /agencies/{1}/webhook/facebook. Vacío: cualquiera.',
  'It ends with that day. Empty: it goes on until it is revoked.':
    'Termina con ese día. Vacío: sigue hasta que se revoque.',
  'Make it, and show it once': 'Crearla y mostrarla una vez',
  Over: 'Vencidas o revocadas',
  Made: 'Creada el',
  'Reports of any source.': 'Reportes de cualquier fuente.',
  'Reports of': 'Reportes de',
  'only.': 'únicamente.',
  'It has not changed anything yet.': 'Todavía no ha cambiado nada.',
  'It last changed something': 'Cambió algo por última vez el',
  'Its id:': 'Su id:',
  'Rotate or revoke {}': 'Rotar o revocar {1}',
  'A new key for the same purpose is made and shown once. This one goes on beside it, so that there is time to put the new one in place.':
    'Se crea una clave nueva para el mismo fin y se muestra una vez. Esta sigue junto a ella, para que haya tiempo de poner la nueva en su lugar.',
  'Last day of this key': 'Último día de esta clave',
  'Last day of the new key': 'Último día de la clave nueva',
  'Without a day it goes on until it is revoked.': 'Sin un día, sigue hasta que se revoque.',
  'Rotate it': 'Rotarla',
  'It cannot be rotated now: two keys for its purpose are live. Put the newer one in place. Where it is lost, revoke it, and rotate this one again.':
    'Ahora no se puede rotar: hay dos claves vigentes para su fin. Ponga la más nueva en su lugar. Si se perdió, revóquela y vuelva a rotar esta.',
  'It cannot be rotated now: two keys for its purpose are live. Once this one is in place, revoke the older one, or wait until that ends.':
    'Ahora no se puede rotar: hay dos claves vigentes para su fin. Cuando esta esté en su lugar, revoque la anterior o espere a que termine.',
  'Whoever uses it hands in nothing more with it at once, and reads nothing more within a second. This cannot be undone.':
    'Quien la usa deja de poder reportar con ella de inmediato, y en un segundo deja de poder leer. Esto no se puede deshacer.',
  'Revoke it': 'Revocarla',
  Revoked: 'Revocada el',
  'Another key takes its place.': 'Otra clave toma su lugar.',
  'The key that was to take its place is over: this one alone serves its purpose.':
    'La clave que iba a tomar su lugar terminó: solo esta sirve para su fin.',
  'It has no last day.': 'No tiene último día.',
  'It ends': 'Termina el',
  'It ended': 'Terminó el',
  // The key, once
  'A new key': 'Una clave nueva',
  'The key for {}': 'La clave para {1}',
  'It is shown this once. Put it where the program keeps its secrets, and nowhere else.':
    'Se muestra solo esta vez. Póngala donde el programa guarda sus secretos, y en ningún otro lugar.',
  'The program sends it with each request:': 'El programa la envía con cada solicitud:',
  'I have put it away: back to the keys': 'Ya la guardé: volver a las claves',
  'The old key goes on until the end of {}.': 'La clave anterior sigue hasta el final del {1}.',
  // What came of it
  'There is no such key in this agency.': 'En esta entidad no hay tal clave.',
  'Nothing was rotated. {}': 'No se rotó nada. {1}',
  'This key is over, so it cannot be rotated. Make a new one.':
    'Esta clave terminó, así que no se puede rotar. Cree una nueva.',
  'Another key takes the place of this one already. Put that one in place; where it is lost, revoke it, and rotate this one again.':
    'Otra clave ya toma el lugar de esta. Ponga esa en su lugar; si se perdió, revóquela y vuelva a rotar esta.',
  'The key that this one takes the place of is live. Revoke that one first, or wait until it ends.':
    'La clave cuyo lugar toma esta sigue vigente. Revoque primero esa, o espere a que termine.',
  'The last day of the old key lies in the past. Choose today or a later day, or revoke it.':
    'El último día de la clave anterior ya pasó. Elija hoy o un día posterior, o revóquela.',
  '{} is revoked.': '{1} quedó revocada.',
  '{} was revoked before.': '{1} ya estaba revocada.',
  'Say what the key is for. Enter 1 to {} characters, without blanks at the beginning or end.':
    'Indique para qué es la clave. Escriba de 1 a {1} caracteres, sin espacios al principio ni al final.',
  'Enter the beginning of a source, without a slash at its end, or nothing. One of ours is /agencies/{}/<channel>/<platform>, such as /agencies/{}/webhook/facebook, and no deeper than a platform. The channel is one of: {}. The platform is of a-z, 0-9 and -.':
    'Escriba el comienzo de una fuente, sin barra al final, o nada. Una de las nuestras es /agencies/{1}/<canal>/<plataforma>, por ejemplo /agencies/{2}/webhook/facebook, y no va más allá de la plataforma. El canal es uno de estos: {3}. La plataforma se escribe con a-z, 0-9 y -.',
  'Choose a moment that is still to come, or none.': 'Elija un momento que aún no haya pasado, o ninguno.',
};
