/** What the scripts of a record’s live status say. */
import type { Messages } from '../../language.ts';

export const scriptsStatus: Messages = {
  // The state, in the words of the receipt on paper.
  'DO NOT REMOVE YET': 'NO LO RETIRE TODAVÍA',
  'SAFE TO REMOVE': 'YA SE PUEDE RETIRAR',
  'SEALED AND KEPT': 'SELLADO Y CONSERVADO',
  'SEALED, AND REMOVED': 'SELLADO Y RETIRADO',
  'SEALED, BUT SEEN AFTER THE REMOVAL': 'SELLADO, PERO VISTO DESPUÉS DE RETIRARLO',
  'NO LONGER KEPT': 'YA NO SE CONSERVA',
  'REMOVED, NOT ARCHIVED IN FULL': 'RETIRADO, NO ARCHIVADO POR COMPLETO',
  'NOT SEALED YET': 'AÚN NO SELLADO',
  'KEPT, BUT THE LOCK RAN OUT': 'CONSERVADO, PERO VENCIÓ EL BLOQUEO DE CONSERVACIÓN',
  // What it means, and what to do.
  'This record is disposed of under the retention schedule.':
    'Este registro se destruye según el calendario de retención.',
  'No removal is expected for this record. If it is to go after all, report it once more.':
    'No se espera ningún retiro para este registro. Si finalmente debe retirarse, repórtelo otra vez.',
  'The content is sealed, and its removal is on record. The page still showed it afterwards. Once it is gone, press “I removed it” again, and it is looked at anew.':
    'El contenido está sellado y su retiro consta en el registro. La página todavía lo mostraba después. Cuando ya no esté, pulse «Lo retiré» otra vez y se revisará de nuevo.',
  'The content is sealed, and its removal is on record.':
    'El contenido está sellado y su retiro consta en el registro.',
  'You can remove it now. Then press “I removed it”.': 'Ya puede retirarlo. Después pulse «Lo retiré».',
  'Do not remove it, and tell your administrator:': 'No lo retire y avise a su administrador:',
  'Tell your administrator:': 'Avise a su administrador:',
  'Its removal is on record. This is missing, and needs you:':
    'Su retiro consta en el registro. Falta esto y depende de usted:',
  'This needs you:': 'Esto depende de usted:',
  'Something is holding it up. Nothing is lost, and it is tried again by itself.':
    'Algo lo está retrasando. No se ha perdido nada y se intentará de nuevo por sí solo.',
  'This takes longer than it should.': 'Esto tarda más de lo debido.',
  'Do not remove it yet.': 'No lo retire todavía.',
  'You can leave this page and come back to it. If it still says so in a few minutes, tell your administrator.':
    'Puede salir de esta página y volver a ella. Si dentro de unos minutos sigue diciendo lo mismo, avise a su administrador.',
  'The page is being opened: this can take a minute.': 'Se está abriendo la página: puede tardar un minuto.',
  'This takes a few seconds.': 'Esto tarda unos segundos.',
  'Wait for the green sign.': 'Espere la señal verde.',
  'The record is being looked up.': 'Se está buscando el registro.',
  // What happened so far.
  'Received {}': 'Recibido el {1}',
  'Sealed {}': 'Sellado el {1}',
  'Being sealed': 'Se está sellando',
  'Live page: not looked at yet': 'Página en vivo: aún no revisada',
  'Live page: {}': 'Página en vivo: {1}',
  'Live page: {}, with the reported content on it': 'Página en vivo: {1}, con el contenido reportado en ella',
  captured: 'capturada',
  'captured in part': 'capturada en parte',
  'it was gone already': 'ya no estaba',
  'it showed a sign-in wall': 'mostró una pantalla de inicio de sesión',
  'it came up empty': 'apareció vacía',
  'it could not be opened from here': 'no se pudo abrir desde aquí',
  'it did not finish in time': 'no terminó a tiempo',
  'not captured': 'no capturada',
  'Removal: not reported yet': 'Retiro: aún no reportado',
  'Removal: on record': 'Retiro: consta en el registro',
  'Second look: {}, {}': 'Segunda revisión: {1}, {2}',
  'still to be seen': 'todavía se veía',
  'not to be seen': 'no se veía',
  'could not be told': 'no se pudo determinar',
  'We looked again at {}. {}': 'Se volvió a revisar el {1}. {2}',
  Sealing: 'El sellado',
  'Opening the live page': 'La apertura de la página en vivo',
  'Looking at the picture': 'La revisión de la imagen',
  'The second look at the page': 'La segunda revisión de la página',
  '{} stopped and needs a person: {}': '{1} se detuvo y debe revisarlo una persona: {2}',
  'The live page is still being looked at, behind this. You need not wait for it.':
    'La página en vivo todavía se está revisando en segundo plano. No hace falta esperarla.',
  // What can be said or added later.
  'Add a screenshot': 'Agregar una captura de pantalla',
  'Add another picture': 'Agregar otra imagen',
  'Was “I removed it” a mistake?': '¿Fue un error «Lo retiré»?',
  'Does it stay after all?': '¿Finalmente no se retira?',
  'This puts on record that the content is still there. What was said before stays in the history beside it.':
    'Con esto consta en el registro que el contenido sigue ahí. Lo que se dijo antes permanece al lado en el historial.',
  'This puts on record that it was not removed, and nobody is reminded any more. The record stays.':
    'Con esto consta en el registro que no se retiró, y ya no se le recordará a nadie. El registro permanece.',
  'It is still there: I did not remove it': 'Sigue ahí: no lo retiré',
  'I did not remove it after all': 'Finalmente no lo retiré',
  'Thank you. The removal is on record.': 'Gracias. El retiro consta en el registro.',
  'On record: it is still there. What was said before stays in the history beside it.':
    'Consta en el registro: sigue ahí. Lo que se dijo antes permanece al lado en el historial.',
  'On record: it was not removed. The record stays.':
    'Consta en el registro: no se retiró. El registro permanece.',
  'The clause is on record.': 'La cláusula consta en el registro.',
  'Not recorded: enter a key above, then press the button again.':
    'No quedó constancia: introduzca una clave arriba y pulse el botón de nuevo.',
  'This could not be recorded just now. Press the button again.':
    'No se pudo dejar constancia en este momento. Pulse el botón de nuevo.',
  'Choose the clause first.': 'Elija primero la cláusula.',
  Choose: 'Elija',
  '{}, “{}”': '{1}, «{2}»',
  'Clause on record: see the whole record.': 'Cláusula que consta: vea el registro completo.',
  'Clause on record: {}.': 'Cláusula que consta: {1}.',
  'Choose or paste a picture first.': 'Primero elija o pegue una imagen.',
  'Received. It is being sealed; watch the state above.':
    'Recibido. Se está sellando; observe el estado arriba.',
  // The line.
  'Live. This page follows the record by itself.': 'En vivo. Esta página sigue el registro por sí sola.',
  'The connection to the archive is lost. It is tried again every two seconds; what you see is the last that was known.':
    'Se perdió la conexión con Holdfast. Se intenta de nuevo cada dos segundos; lo que ve es lo último que se supo.',
  'Your agency has no such record. Check the address, or whether this is the right key.':
    'Su entidad no tiene ese registro. Revise la dirección o si esta es la clave correcta.',
  'Nothing is known about this record here.': 'Aquí no se sabe nada de este registro.',
  // Previews
  'What is shown is a preview, made by the archive; the file is kept as it came.':
    'Lo que se muestra es una vista previa que hizo Holdfast; el original se conserva como llegó.',
  'No preview came: none could be made within the archive’s limits of time and memory, or the connection was lost. Press again, or download the file.':
    'No llegó ninguna vista previa: no se pudo hacer dentro de los límites de tiempo y memoria, o se perdió la conexión. Pulse de nuevo o descargue el original.',
  'Preview of file {} of this record': 'Vista previa del archivo {1} de este registro',
  'The preview is being made. It takes a few seconds.':
    'Se está haciendo la vista previa. Tarda unos segundos.',
};
