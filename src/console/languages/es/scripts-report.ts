/** What the scripts of the form say: the pictures, the form, sending, several at once. */
import type { Messages } from '../../language.ts';

export const scriptsReport: Messages = {
  // The pictures.
  '“{}” could not be read. Choose it again; a folder cannot be handed in.':
    'No se pudo leer «{1}». Elíjalo de nuevo; no se puede entregar una carpeta.',
  'A report holds {} files at most. “{}” was left out; hand it in with a second report.':
    'Un reporte admite {1} archivos como máximo. «{2}» quedó fuera; entréguelo con otro reporte.',
  '“{}” is larger than 2 GB and was left out.': '«{1}» ocupa más de 2 GB y quedó fuera.',
  '“{}” would make this more than 5 GB and was left out; hand it in with a second report.':
    'Con «{1}» el reporte pasaría de 5 GB, por lo que quedó fuera; entréguelo con otro reporte.',
  '“{}” cannot be read any more. Take it out and choose it again.':
    'Ya no se puede leer «{1}». Quítelo y elíjalo de nuevo.',
  'It is being sent. Add more pictures when that is done.':
    'Se está enviando. Agregue más imágenes cuando termine.',
  '“{}” was taken out.': 'Se quitó «{1}».',
  '1 file, {}.': '1 archivo, {1}.',
  '{} files, {}.': '{1} archivos, {2}.',
  'Waiting for the connection; sending goes on by itself.':
    'Esperando la conexión; el envío continuará por sí solo.',
  Sent: 'Enviado',
  '{} %, waiting for the connection': '{1} %, esperando la conexión',
  '{} %, the archive can take nothing just now; tried again by itself':
    '{1} %, Holdfast no puede recibir nada en este momento; se intentará de nuevo por sí solo',
  'Waiting until you are signed in': 'En espera hasta que inicie sesión',
  '{} %, sign in again to go on': '{1} %, inicie sesión de nuevo para continuar',
  'Not taken': 'No recibido',
  Next: 'En cola',
  'Picture without a name': 'Imagen sin nombre',
  'Sending {}': 'Enviando {1}',
  'Remove {}': 'Quitar {1}',
  Remove: 'Quitar',
  'Empty file': 'Archivo vacío',
  '{}. Will be kept; no preview here': '{1}. Se conservará; aquí sin vista previa',
  // The form.
  'Add a picture, or the address of the content, or its words.':
    'Agregue una imagen, la dirección del contenido o sus palabras.',
  'The address begins with https:// and has no spaces. Copy it from the browser.':
    'La dirección empieza con https:// y no tiene espacios. Cópiela del navegador.',
  'Choose the clause, or “Not decided yet”.': 'Elija la cláusula, o «Aún sin decidir».',
  'Choose what you will do.': 'Elija lo que hará.',
  'Choose the account.': 'Elija la cuenta.',
  'Name the platform, such as facebook.': 'Indique la plataforma, por ejemplo facebook.',
  'Name the account.': 'Indique la cuenta.',
  '“{}”: {}': '«{1}»: {2}',
  'One thing needs you': 'Hay una cosa que corregir',
  '{} things need you': 'Hay {1} cosas que corregir',
  'Nothing was handed in yet. Your pictures are still here.':
    'Todavía no se ha reportado nada. Sus imágenes siguen aquí.',
  'A record for each picture has no address in common: take the address out, or make it one record.':
    'Si cada imagen es un registro, no tienen una dirección en común: quite la dirección o haga un solo registro.',
  'The archive answered without a record.': 'Holdfast respondió sin un registro.',
  'Try again': 'Intentar de nuevo',
  'Not handed in yet: see above what to mend. (Request {})':
    'Aún no se ha reportado: vea arriba qué hay que corregir. (Solicitud {1})',
  'You are signed in. Press “Try again” to send.': 'Ya inició sesión. Pulse «Intentar de nuevo» para enviar.',
  'Then: {}, on {}': 'Después: {1}, en {2}',
  'Then: {}, on {}. Clause: {}': 'Después: {1}, en {2}. Cláusula: {3}',
  'Archive {} records': 'Archivar {1} registros',
  'One of these clauses fits.': 'Coincide una de estas cláusulas.',
  '{} of these clauses fit.': 'Coinciden {1} de estas cláusulas.',
  'The lists of clauses and accounts could not be loaded. You can hand in all the same: choose “Not decided yet” and type the account.':
    'No se pudieron cargar las listas de cláusulas y cuentas. Puede reportar de todos modos: elija «Aún sin decidir» y escriba la cuenta.',
  'The key was replaced.': 'Se cambió la clave.',
  'The key was replaced: this is now {}. Look at steps 2 and 3 again.':
    'Se cambió la clave: ahora es {1}. Revise de nuevo los pasos 2 y 3.',
  'Everything else that you put in is still here.': 'Todo lo demás que puso sigue aquí.',
  'Your roles ({}) read and do not hand in. Under “Records” you find what was handed in; your administrator can give you the role of a moderator.':
    'Sus roles ({1}) permiten leer, pero no reportar. En «Registros» encontrará lo que se reportó; su administrador puede darle el rol de moderador.',
  'One moment…': 'Un momento…',
  // Sending.
  'All pictures were taken out, so nothing was sent. Add one, or send what is left.':
    'Se quitaron todas las imágenes, así que no se envió nada. Agregue una o envíe lo que queda.',
  'Waiting for the connection: {} of {} is there. It goes on by itself; leave this page open.':
    'Esperando la conexión: han llegado {1} de {2}. Continuará por sí solo; deje abierta esta página.',
  'The archive can take nothing just now: {} of {} is there. It is tried again by itself; leave this page open.':
    'Holdfast no puede recibir nada en este momento: han llegado {1} de {2}. Se intentará de nuevo por sí solo; deje abierta esta página.',
  'Sent. Waiting until the archive has it on disk…': 'Enviado. Esperando a que Holdfast lo tenga en disco…',
  'Sending: {} of {}': 'Enviando: {1} de {2}',
  'This was put in for {}, and now you are at work for {}: it was not sent. Sign in for {} again, then try again.':
    'Esto se preparó para {1} y ahora usted trabaja para {2}: no se envió. Inicie sesión de nuevo para {3} y vuelva a intentarlo.',
  'The policy has changed: choose the clause again.': 'La política ha cambiado: elija de nuevo la cláusula.',
  'The archive does not know this key any more. Enter a key above, or sign in, then try again. Your pictures are still here.':
    'Holdfast ya no reconoce esta clave. Introduzca una clave arriba o inicie sesión, y vuelva a intentarlo. Sus imágenes siguen aquí.',
  'You are not signed in any more. Sign in above, which opens beside this page; then come back and try again. Your pictures are still here.':
    'Su sesión ya no está iniciada. Inicie sesión arriba, lo que se abre aparte de esta página; después regrese y vuelva a intentarlo. Sus imágenes siguen aquí.',
  '{} (Request {})': '{1} (Solicitud {2})',
  'The connection broke before the archive answered. Do not remove anything yet. Your pictures are still here: try again. Nothing will be archived twice.':
    'La conexión se cortó antes de que Holdfast respondiera. No retire nada todavía. Sus imágenes siguen aquí: intente de nuevo. Nada se archivará dos veces.',
  'This page met an error of its own. Your pictures are still here: try again.':
    'Esta página tuvo un error propio. Sus imágenes siguen aquí: intente de nuevo.',
  // Several at once.
  Waits: 'En espera',
  'Sending…': 'Enviando…',
  'Not handed in': 'No reportado',
  'Not decided yet': 'Aún sin decidir',
  'It is put on record once the picture is there.': 'Constará en el registro en cuanto llegue la imagen.',
  'Type a name, a handle or a time first.': 'Escriba primero un nombre, un nombre de usuario o una hora.',
  'This is on record.': 'Esto ya consta en el registro.',
  'On record.': 'Consta en el registro.',
  'This could not be recorded just now. Press it again.':
    'No se pudo dejar constancia en este momento. Pulse de nuevo.',
  '{} of {} sealed': '{1} de {2} sellados',
  '{} still to be sent': '{1} por enviar',
  '{} not handed in: try again': '{1} sin reportar: intente de nuevo',
  '{} to be removed now': '{1} por retirar ahora',
  'Picture {}': 'Imagen {1}',
  'I removed it': 'Lo retiré',
  'Open the record of {}': 'Abrir el registro de {1}',
  Open: 'Abrir',
  'Name as shown': 'Nombre tal como aparece',
  Handle: 'Nombre de usuario',
  'When was it posted?': '¿Cuándo se publicó?',
  'Who wrote it, and when: {}': 'Quién lo escribió y cuándo: {1}',
  'Who wrote it, and when?': '¿Quién lo escribió y cuándo?',
  'Put it on record': 'Dejar constancia',
  '{} of {}:': '{1} de {2}:',
  // Found again after a reload
  '{} % is there: choose it again to go on': '{1} % ya está: elíjala de nuevo para seguir',
  '{}. Chosen earlier; no preview here': '{1}. Elegida antes; aquí no hay vista previa',
  'One picture that was sent before was not found again just now.':
    'Una imagen que se envió antes no se encontró ahora.',
  '{} pictures that were sent before were not found again just now.':
    '{1} imágenes que se enviaron antes no se encontraron ahora.',
  'Pictures that were sent from this browser and not handed in: {}.':
    'Imágenes que se enviaron desde este navegador y no se reportaron: {1}.',
  'What you had put in here before is still being looked for. Press again in a moment, when it is shown.':
    'Todavía se está buscando lo que usted había puesto aquí antes. Pulse de nuevo en un momento, cuando aparezca.',
  'Not all of the pictures that you sent before were found again. Look for them again, or leave them out; then press again.':
    'No se encontraron todas las imágenes que usted envió antes. Búsquelas de nuevo o déjelas fuera; después pulse otra vez.',
  'The rest of “{}” is not on this page any more. Choose it again, or take it out.':
    'El resto de «{1}» ya no está en esta página. Elíjala de nuevo o quítela.',
};
