/** Sentences of a receipt, which pages and scripts both show: what is missing, what it states, what a second look saw. */
import type { Messages } from '../../language.ts';

export const receipts: Messages = {
  'This record is destroyed under its retention schedule, or is being destroyed.':
    'Este registro está destruido según su tabla de conservación, o se está destruyendo.',
  // What is missing.
  'Sealing stopped and a person must look at it. Do not remove the content; tell your administrator.':
    'El sellado se detuvo y una persona debe revisarlo. No retire el contenido; avise a su administrador.',
  'What you handed in is safe on disk, but sealing it is delayed. Do not remove the content; tell your administrator.':
    'Lo que usted entregó está a salvo en el disco, pero su sellado se ha retrasado. No retire el contenido; avise a su administrador.',
  'What you handed in is safe on disk and is being sealed. Wait before you remove anything.':
    'Lo que usted entregó está a salvo en el disco y se está sellando. Espere antes de retirar nada.',
  'The seal is being entered in the log. Wait a moment.':
    'El sello se está anotando en la bitácora. Espere un momento.',
  'Sealed bytes of this record were found missing or changed. Do not remove the content; tell your administrator at once.':
    'Se encontró que faltan o cambiaron bytes sellados de este registro. No retire el contenido; avise a su administrador de inmediato.',
  'The lock on this record ran out and was not renewed. Do not remove the content; tell your administrator.':
    'El bloqueo de conservación de este registro venció y no se renovó. No retire el contenido; avise a su administrador.',
  'What is on file was sealed while this archive ran as a trial, which is no evidence. Add a screenshot of the content to this report.':
    'Lo que consta se selló mientras Holdfast funcionaba en modo de prueba, y eso no sirve como prueba. Agregue una captura de pantalla del contenido a este reporte.',
  'A file you handed in is kept, but it does not open as a picture. Add a screenshot of the content to this report.':
    'Un archivo que usted entregó se conserva, pero no se abre como imagen. Agregue una captura de pantalla del contenido a este reporte.',
  'Your picture is kept, but it could not be checked. Add a screenshot of the content to this report.':
    'Su imagen se conserva, pero no se pudo comprobar. Agregue una captura de pantalla del contenido a este reporte.',
  'Your picture is being checked. Wait a moment.': 'Su imagen se está comprobando. Espere un momento.',
  'The page could not be captured. Add a screenshot of the content to this report.':
    'No se pudo capturar la página. Agregue una captura de pantalla del contenido a este reporte.',
  'The live page is being captured. Wait, or add a screenshot.':
    'La página en vivo se está capturando. Espere o agregue una captura de pantalla.',
  'What is on file shows an earlier removal, or other words. Add a screenshot of the content to this report.':
    'Lo que consta muestra un retiro anterior u otras palabras. Agregue una captura de pantalla del contenido a este reporte.',
  'The page was captured, but the report names neither the text nor the element that is being removed, so nobody can tell that it is on the picture. Add a screenshot of the content to this report.':
    'La página se capturó, pero el reporte no indica ni el texto ni el elemento que se va a retirar, así que nadie puede saber si está en la imagen. Agregue una captura de pantalla del contenido a este reporte.',
  'The page was captured, but the reported content was not found on it. Add a screenshot of the content to this report.':
    'La página se capturó, pero no se encontró en ella el contenido reportado. Agregue una captura de pantalla del contenido a este reporte.',
  'The page was opened and its text kept, but no picture of it could be made. Add a screenshot of the content to this report.':
    'La página se abrió y su texto se conservó, pero no se pudo hacer una imagen de ella. Agregue una captura de pantalla del contenido a este reporte.',
  'Sealing the capture stopped and a person must look at it. Add a screenshot of the content to this report.':
    'El sellado de la captura se detuvo y una persona debe revisarlo. Agregue una captura de pantalla del contenido a este reporte.',
  'The capture is being sealed. Wait a moment.': 'La captura se está sellando. Espere un momento.',
  'The page was already gone when we opened it. Add a screenshot of the content to this report.':
    'La página ya no existía cuando la abrimos. Agregue una captura de pantalla del contenido a este reporte.',
  'The page showed a sign-in wall instead of the content. Add a screenshot of the content to this report.':
    'La página pidió iniciar sesión en lugar de mostrar el contenido. Agregue una captura de pantalla del contenido a este reporte.',
  'The page came up empty. Add a screenshot of the content to this report.':
    'La página apareció vacía. Agregue una captura de pantalla del contenido a este reporte.',
  'The page could not be opened from here. Add a screenshot of the content to this report.':
    'La página no se pudo abrir desde aquí. Agregue una captura de pantalla del contenido a este reporte.',
  'The page did not finish in time. Add a screenshot of the content to this report.':
    'La página no terminó de cargar a tiempo. Agregue una captura de pantalla del contenido a este reporte.',
  'Nothing sealed so far shows the content itself. Add a screenshot of the content to this report.':
    'Nada de lo sellado hasta ahora muestra el contenido mismo. Agregue una captura de pantalla del contenido a este reporte.',

  // What it states.
  'The content is archived. This says nothing about whether removing it is lawful or allowed by the policy.':
    'El contenido está archivado. Esto no dice nada sobre si retirarlo es lícito o si la política lo permite.',
  'The content is not archived in full yet. This says nothing about whether removing it is lawful or allowed by the policy.':
    'El contenido todavía no está archivado por completo. Esto no dice nada sobre si retirarlo es lícito o si la política lo permite.',
  'Nothing is sealed yet.': 'Todavía no hay nada sellado.',
  'Sealed in a store that refuses to change or delete it before the date shown, whoever asks.':
    'Sellado en un almacén que se niega a cambiarlo o borrarlo antes de la fecha indicada, lo pida quien lo pida.',
  'Locked in an object store. That it refuses to delete what is locked was not proven yet.':
    'Bloqueado en un almacén de objetos. Todavía no se ha comprobado que se niegue a borrar lo que está bloqueado.',
  'Sealed in a folder store: tamper-evident, not immutable. A change is not prevented; it shows when the bytes are read and compared.':
    'Sellado en un almacén de carpetas: deja ver las alteraciones, pero no es inmutable. Un cambio no se impide; se descubre cuando los bytes se leen y se comparan.',
  'The history of this record is append-only in the archive’s database. It is being entered in the archive’s log.':
    'En la base de datos de Holdfast, al historial de este registro solo se le puede añadir. Se está anotando en la bitácora.',
  'This record is entered in the archive’s log, which is signed, and anchored outside this archive.':
    'Este registro está anotado en la bitácora de Holdfast, que está firmada y anclada fuera de este archivo.',
  'This record is entered in the archive’s log, which is signed, and not yet anchored outside this archive.':
    'Este registro está anotado en la bitácora de Holdfast, que está firmada y todavía no está anclada fuera de este archivo.',

  // What a second look saw.
  'The page is looked at once more, shortly.': 'En breve se revisará la página una vez más.',
  'The content was still to be seen by the public then. Check that it was really removed. The archive looks as a visitor without an account.':
    'En ese momento el público todavía podía ver el contenido. Compruebe que realmente se retiró. Holdfast mira como un visitante sin cuenta.',
  'The content was no longer to be seen by the public on its page. The archive looks as a visitor without an account.':
    'El público ya no podía ver el contenido en su página. Holdfast mira como un visitante sin cuenta.',
  'The content was not to be seen on its page. The archive has no earlier capture of this page that shows it, so this says little. The archive looks as a visitor without an account.':
    'El contenido no se veía en su página. Holdfast no tiene una captura anterior de esta página que lo muestre, así que esto dice poco. Holdfast mira como un visitante sin cuenta.',
  'Whether the content was still to be seen could not be told: the page asked for a sign-in, or did not let a visitor in. The archive looks as a visitor without an account.':
    'No se pudo saber si el contenido todavía se veía: la página pidió iniciar sesión o no dejó entrar a un visitante. Holdfast mira como un visitante sin cuenta.',
  'Whether the content was still to be seen could not be told: the page did not show itself to a visitor. The archive looks as a visitor without an account.':
    'No se pudo saber si el contenido todavía se veía: la página no se mostró a un visitante. Holdfast mira como un visitante sin cuenta.',
  'Whether the content was still to be seen could not be told: the page could not be opened from here. The archive looks as a visitor without an account.':
    'No se pudo saber si el contenido todavía se veía: la página no se pudo abrir desde aquí. Holdfast mira como un visitante sin cuenta.',
  'Whether the content was still to be seen could not be told: the page did not finish in time. The archive looks as a visitor without an account.':
    'No se pudo saber si el contenido todavía se veía: la página no terminó de cargar a tiempo. Holdfast mira como un visitante sin cuenta.',
  'Whether the content was still to be seen could not be told: something lay over the place where it was looked for. The archive looks as a visitor without an account.':
    'No se pudo saber si el contenido todavía se veía: algo tapaba el lugar donde se buscó. Holdfast mira como un visitante sin cuenta.',
  'Whether the content was still to be seen could not be told: the page did not show all of itself. The archive looks as a visitor without an account.':
    'No se pudo saber si el contenido todavía se veía: la página no se mostró entera. Holdfast mira como un visitante sin cuenta.',
  'Whether the content was still to be seen could not be told: the report names nothing by which it could be told from other content. The archive looks as a visitor without an account.':
    'No se pudo saber si el contenido todavía se veía: el reporte no indica nada que permita distinguirlo de otro contenido. Holdfast mira como un visitante sin cuenta.',
  'Whether the content was still to be seen could not be told: its place is still on the page, and the report has no words by which to tell what stands there now. The archive looks as a visitor without an account.':
    'No se pudo saber si el contenido todavía se veía: su lugar sigue en la página, y el reporte no tiene palabras que permitan saber qué hay allí ahora. Holdfast mira como un visitante sin cuenta.',
  'Whether the content was still to be seen could not be told: no browser could be started. The archive looks as a visitor without an account.':
    'No se pudo saber si el contenido todavía se veía: no se pudo iniciar ningún navegador. Holdfast mira como un visitante sin cuenta.',
  'Whether the content was still to be seen could not be told: the browser broke down. The archive looks as a visitor without an account.':
    'No se pudo saber si el contenido todavía se veía: el navegador falló. Holdfast mira como un visitante sin cuenta.',
  'Whether the content was still to be seen could not be told: it is not clear why. The archive looks as a visitor without an account.':
    'No se pudo saber si el contenido todavía se veía: no está claro por qué. Holdfast mira como un visitante sin cuenta.',

  // Why a step stopped.
  'The programs that worked on it ended, one after another. The administrator finds the particulars under this code.':
    'Los programas que trabajaban en ello terminaron uno tras otro. El administrador encuentra los detalles con este código.',
  'A file that was handed in is no longer where it waited to be sealed. The administrator finds the particulars under this code.':
    'Un archivo que se entregó ya no está donde esperaba ser sellado. El administrador encuentra los detalles con este código.',
  'The folder where files wait to be sealed cannot be reached. The administrator finds the particulars under this code.':
    'No se puede acceder a la carpeta donde los archivos esperan ser sellados. El administrador encuentra los detalles con este código.',
  'A disk of the archive is full. The administrator finds the particulars under this code.':
    'Un disco de Holdfast está lleno. El administrador encuentra los detalles con este código.',
  'The archive’s database could not be reached. The administrator finds the particulars under this code.':
    'No se pudo acceder a la base de datos de Holdfast. El administrador encuentra los detalles con este código.',
  'The store could not be reached. The administrator finds the particulars under this code.':
    'No se pudo acceder al almacén. El administrador encuentra los detalles con este código.',
  'The store did not pass its checks, so nothing is sealed into it. The administrator finds the particulars under this code.':
    'El almacén no pasó sus comprobaciones, así que no se sella nada en él. El administrador encuentra los detalles con este código.',
  'The store’s clock differs too much from the archive’s. The administrator finds the particulars under this code.':
    'El reloj del almacén difiere demasiado del reloj de Holdfast. El administrador encuentra los detalles con este código.',
  'The store already holds something else where this belongs. The administrator finds the particulars under this code.':
    'El almacén ya tiene otra cosa en el lugar de esto. El administrador encuentra los detalles con este código.',
  'The store does not confirm the lock that it was asked for. The administrator finds the particulars under this code.':
    'El almacén no confirma el bloqueo que se le pidió. El administrador encuentra los detalles con este código.',
  'The store no longer has what was put into it. The administrator finds the particulars under this code.':
    'El almacén ya no tiene lo que se puso en él. El administrador encuentra los detalles con este código.',
  'The store does not allow the change. The administrator finds the particulars under this code.':
    'El almacén no permite el cambio. El administrador encuentra los detalles con este código.',
  'The store’s own record of its changes is damaged. The administrator finds the particulars under this code.':
    'El propio registro de cambios del almacén está dañado. El administrador encuentra los detalles con este código.',
  'The store gave back other bytes than it was given. The administrator finds the particulars under this code.':
    'El almacén devolvió otros bytes que los que recibió. El administrador encuentra los detalles con este código.',
  'No browser could be started to look at the page. The administrator finds the particulars under this code.':
    'No se pudo iniciar ningún navegador para ver la página. El administrador encuentra los detalles con este código.',
  'The browser that looked at the page broke down. The administrator finds the particulars under this code.':
    'El navegador que veía la página falló. El administrador encuentra los detalles con este código.',
  'The log has not published what was waited for. The administrator finds the particulars under this code.':
    'El registro no ha publicado lo que se esperaba. El administrador encuentra los detalles con este código.',
  'The clocks of the archive’s machines differ too much. The administrator finds the particulars under this code.':
    'Los relojes de las máquinas de Holdfast difieren demasiado. El administrador encuentra los detalles con este código.',
  'Something happened that the archive does not expect. The administrator finds the particulars under this code.':
    'Ocurrió algo que Holdfast no espera. El administrador encuentra los detalles con este código.',
};
