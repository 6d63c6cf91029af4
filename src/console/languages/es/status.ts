/** May it be removed? The live status, the plain one and the receipt on paper; and what evidence proves. */
import type { Messages } from '../../language.ts';

/** The same words as in the scripts: they are what somebody acts on. */
const WORDS: Messages = {
  'SAFE TO REMOVE': 'YA SE PUEDE RETIRAR',
  'DO NOT REMOVE YET': 'NO LO RETIRE TODAVÍA',
  'SEALED AND KEPT': 'SELLADO Y CONSERVADO',
  'SEALED, AND REMOVED': 'SELLADO Y RETIRADO',
  'SEALED, BUT SEEN AFTER THE REMOVAL': 'SELLADO, PERO VISTO DESPUÉS DE RETIRARLO',
  'NO LONGER KEPT': 'YA NO SE CONSERVA',
  'REMOVED, NOT ARCHIVED IN FULL': 'RETIRADO, NO ARCHIVADO POR COMPLETO',
  'NOT SEALED YET': 'AÚN NO SELLADO',
  'KEPT, BUT THE LOCK RAN OUT': 'CONSERVADO, PERO VENCIÓ EL BLOQUEO DE CONSERVACIÓN',
};

const PAGES: Messages = {
  'May it be removed?': '¿Se puede retirar?',
  'The record is being looked up.': 'Se está buscando el registro.',
  'It tells you when removing is safe. Without it: do not remove the content, and open the plain status of this record, below.':
    'Le indica cuándo se puede retirar con seguridad. Sin él: no retire el contenido y abra el estado simple de este registro, más abajo.',
  'Plain status': 'Estado simple',
  'I removed it': 'Lo retiré',
  'Next one': 'Siguiente',
  'with the same account, clause and action': 'con la misma cuenta, cláusula y acción',
  'What was handed in': 'Lo que se entregó',
  'Is it the right picture? Press it to see it. It is blurred because it may be graphic.':
    '¿Es la imagen correcta? Púlsela para verla. Está borrosa porque puede ser perturbadora.',
  'Add a screenshot': 'Agregar una captura de pantalla',
  'Send and seal': 'Enviar y sellar',
  'Name the clause': 'Indicar la cláusula',
  'The record says that no clause was stated.': 'El registro dice que no se indicó ninguna cláusula.',
  'Under which clause does it go?': '¿Según qué cláusula se retira?',
  'Put it on record': 'Dejar constancia',
  Receipt: 'Comprobante',
  'Open and print the receipt': 'Abrir e imprimir el comprobante',
  'Report something else': 'Reportar otra cosa',
  'What happened so far': 'Lo que ha ocurrido hasta ahora',
  'Without it, ask your custodian of records for the printed receipt.':
    'Sin él, pida el comprobante impreso a su custodio de registros.',
  Print: 'Imprimir',
  'Back to the live status': 'Volver al estado en vivo',
  'As it stood': 'Tal como estaba el',
  '. This page does not change by itself.': '. Esta página no cambia por sí sola.',
  'Was “I removed it” a mistake?': '¿Fue un error «Lo retiré»?',
  'Does it stay after all?': '¿Finalmente no se retira?',
  'This puts on record that it was not removed. The record stays, with all that was said before.':
    'Esto deja constancia de que no se retiró. El registro se queda, con todo lo que se dijo antes.',
  'It is still there: I did not remove it': 'Sigue ahí: no lo retiré',
  'I did not remove it after all': 'Finalmente no lo retiré',
  'The whole record': 'El registro completo',
  'Live status (needs JavaScript)': 'Estado en vivo (necesita JavaScript)',
};

const RECEIPT: Messages = {
  'Receipt {}': 'Comprobante {1}',
  Record: 'Registro',
  Status: 'Estado',
  'Reported: what was handed in is durable, and not sealed yet.':
    'Reportado: lo entregado está guardado de forma duradera y todavía no está sellado.',
  'Sealed: what was handed in is locked in the store.': 'Sellado: lo entregado está bloqueado en el almacén.',
  'Complete: the live page is sealed too, or what was found instead is on file.':
    'Completo: la página en vivo también está sellada, o consta lo que se encontró en su lugar.',
  'Being disposed of under the retention schedule.':
    'En proceso de destrucción según el calendario de retención.',
  'Disposed of under the retention schedule.': 'Destruido según el calendario de retención.',
  'First sealed': 'Primer sellado',
  'Last sealed': 'Último sellado',
  'Not yet': 'Todavía no',
  'Live page': 'Página en vivo',
  'Not looked at yet.': 'Todavía no se ha visto.',
  'No live page was captured.': 'No se capturó ninguna página en vivo.',
  Captured: 'Capturada',
  'Captured in part': 'Capturada en parte',
  'It was gone when the archive opened it': 'Ya no existía cuando Holdfast la abrió',
  'It showed a sign-in wall instead of the content': 'Pidió iniciar sesión en lugar de mostrar el contenido',
  'It came up empty': 'Apareció vacía',
  'It could not be opened from here': 'No se pudo abrir desde aquí',
  'It did not finish in time': 'No terminó de cargar a tiempo',
  'Outcome “{}”': 'Resultado «{1}»',
  'the reported content was found on it': 'el contenido reportado se encontró en ella',
  'the reported content was not found on it': 'el contenido reportado no se encontró en ella',
  '{}; {}. The browser ran without a sandbox.':
    '{1}; {2}. El navegador funcionó sin entorno aislado (sandbox).',
  'Page pictured': 'Imagen de la página',
  'by the archive’s own clock, while it captured': 'según el propio reloj de Holdfast, mientras capturaba',
  'Awaited: nobody has said yet that it was removed.': 'Pendiente: nadie ha dicho todavía que se retiró.',
  'Confirmed: it was reported as removed.': 'Confirmado: se reportó como retirado.',
  'None: this record is kept without a removal.': 'Ninguno: este registro se conserva sin retiro.',
  'The time was not stated.': 'No se indicó la hora.',
  'The time was not stated; not after': 'No se indicó la hora; no después del',
  'when the archive was told, by its own clock': 'cuando se le avisó a Holdfast, según su propio reloj',
  'source: {}': 'fuente: {1}',
  'precision: {}': 'precisión: {1}',
  'Second look': 'Segunda revisión',
  'We looked again at': 'Se volvió a revisar el',
  'Not classified yet. What is not classified is kept.':
    'Todavía sin clasificar. Lo que no está clasificado se conserva.',
  'Sample series {}, sample schedule {}. It is an invented example and not confirmed: it blocks destruction, and is not law.':
    'Serie de muestra {1}, calendario de muestra {2}. Es un ejemplo inventado y no confirmado: impide la destrucción y no es ley.',
  'Series {}, schedule {}. Confirmed by this agency.':
    'Serie {1}, calendario {2}. Confirmada por esta entidad.',
  'Series {}, schedule {}. This agency has not confirmed it: it blocks destruction, and is not law.':
    'Serie {1}, calendario {2}. Esta entidad no la ha confirmado: impide la destrucción y no es ley.',
  'This receipt': 'Este comprobante',
  'Where nothing else stands beside it, a time is {}, {}, shown in the zone {} with UTC beside. Nobody outside the archive has confirmed these times.':
    'Donde no se indica otra cosa, la hora es la indicada {1}, {2}, y se muestra en la zona {3} con la hora UTC al lado. Nadie ajeno a Holdfast ha confirmado estas horas.',
  'A person must look at this': 'Una persona debe revisar esto',
  Sealing: 'El sellado',
  'Opening the live page': 'La apertura de la página en vivo',
  'Looking at the picture': 'La revisión de la imagen',
  'The second look at the page': 'La segunda revisión de la página',
  '{} stopped (': '{1} se detuvo (',
  'What the evidence proves, and what not': 'Lo que la prueba demuestra y lo que no',
  'Nothing that is sealed so far shows the content itself.':
    'Nada de lo que está sellado hasta ahora muestra el contenido mismo.',
  'Tier {}: {}.': 'Nivel {1}: {2}.',
  'It proves:': 'Demuestra:',
  'It does not prove:': 'No demuestra:',
  'The digests below (SHA-256) fix each file as it was sealed at the time beside “First sealed” or “Last sealed”. They were checked once, when the files went into the store; this receipt does not say that anybody has checked them since. Whoever has a file and this receipt can do so at any time: the same file has the same digest.':
    'Las huellas digitales de abajo (SHA-256) fijan cada archivo tal como se selló a la hora que está junto a «Primer sellado» o «Último sellado». Se comprobaron una vez, cuando los archivos entraron en el almacén; este comprobante no dice que alguien las haya comprobado desde entonces. Quien tenga un archivo y este comprobante puede hacerlo en cualquier momento: el mismo archivo tiene la misma huella.',
  'Courtesy translation; where it differs, the English text counts.':
    'Traducción de cortesía; si difiere, vale el texto en inglés.',
  'What is sealed': 'Lo que está sellado',
  'A date under “Locked until” is not the end of keeping. The lock is a lease, renewed again and again while the record must be kept; how long that is, the retention schedule says, and what has no confirmed series is kept.':
    'Una fecha bajo «Bloqueado hasta» no es el fin de la conservación. El bloqueo tiene un plazo que se renueva una y otra vez mientras el registro se deba conservar; cuánto es eso lo dice el calendario de retención, y lo que no tiene una serie confirmada se conserva.',
  'Nothing yet.': 'Todavía nada.',
  'Each sealed file with its digest and its lock': 'Cada archivo sellado con su huella y su bloqueo',
  File: 'Archivo',
  Bytes: 'Bytes',
  'Key and version': 'Nombre en el almacén y versión',
  'Locked until': 'Bloqueado hasta',
  'seal {},': 'sello {1},',
  version: 'versión',
};

/** What a file of a seal is. */
const FILES: Messages = {
  'The report as it came': 'El reporte tal como llegó',
  'File handed in': 'Archivo entregado',
  'The report as the archive wrote it down': 'El reporte tal como Holdfast lo anotó',
  'Random value for checking single fields': 'Valor aleatorio para comprobar campos por separado',
  'List of everything in this seal': 'Lista de todo lo que hay en este sello',
  'A rendering of ours: drawn from the report, no picture of the page':
    'Una representación nuestra: trazada a partir del reporte, no es una imagen de la página',
  'Picture of the page, first screen': 'Imagen de la página, primera pantalla',
  'Picture of the page, whole': 'Imagen de la página, completa',
  'Picture of the content itself, with its surroundings': 'Imagen del contenido mismo, con su entorno',
  'Text of the page': 'Texto de la página',
  'How the page was captured, or why not': 'Cómo se capturó la página, o por qué no',
  'Picture of the page at the second look, after the removal':
    'Imagen de la página en la segunda revisión, después del retiro',
  'What the second look found, and how': 'Lo que encontró la segunda revisión, y cómo',
  'The page as one file (MHTML)': 'La página en un solo archivo (MHTML)',
  'What the browser was sent (WARC)': 'Lo que se envió al navegador (WARC)',
  'What the browser was sent (WACZ)': 'Lo que se envió al navegador (WACZ)',
  'The page as HTML': 'La página en HTML',
  'PDF handed in': 'PDF entregado',
  'Video handed in': 'Video entregado',
  'Attachment of the content, from the platform': 'Adjunto del contenido, de la plataforma',
  'E-mail as it came': 'Correo electrónico tal como llegó',
  'File of an import': 'Archivo de una importación',
};

/** The tiers of evidence. */
const TIERS: Messages = {
  'Payload signed by the platform': 'Datos firmados por la plataforma',
  'Whoever holds the platform’s secret signed exactly these bytes; the archive received and sealed them.':
    'Quien tiene el secreto de la plataforma firmó exactamente estos bytes; Holdfast los recibió y los selló.',
  'How the content looked to visitors, or which person stands behind the account.':
    'Cómo veían el contenido los visitantes, o qué persona está detrás de la cuenta.',
  'Captured by our browser': 'Capturado por nuestro navegador',
  'These are the bytes that the archive’s own browser wrote down when it opened this address, and that the archive sealed. The time of the capture is the archive’s own clock.':
    'Estos son los bytes que el propio navegador de Holdfast anotó cuando abrió esta dirección, y que Holdfast selló. La hora de la captura es la del propio reloj de Holdfast.',
  'That other visitors saw the same, who wrote it, or that it was still there a moment later.':
    'Que otros visitantes vieran lo mismo, quién lo escribió, o que siguiera ahí un momento después.',
  'Captured by staff’s browser with our extension':
    'Capturado por el navegador del personal con nuestra extensión',
  'These are the bytes that a member of staff’s browser sent, signed in for this agency or with its key, and that the archive sealed. The time of the capture is that device’s clock.':
    'Estos son los bytes que envió el navegador de un miembro del personal, con sesión iniciada en esta entidad o con su clave, y que Holdfast selló. La hora de la captura es la del reloj de ese dispositivo.',
  'That the page was not altered in that browser before; this rests on the person’s word.':
    'Que la página no se alterara antes en ese navegador; esto se basa en la palabra de la persona.',
  'Picture or text handed in': 'Imagen o texto entregado',
  'Exactly these files were handed in by somebody who had signed in for this agency, or with its key, at the time beside “Reported” or later, and the archive sealed them.':
    'Exactamente estos archivos los entregó alguien que había iniciado sesión en esta entidad, o con su clave, a la hora que está junto a «Reportado» o más tarde, y Holdfast los selló.',
  'That they show the page as it was, when they were made, or that they were not edited before; this rests on the word of whoever handed them in.':
    'Que muestren la página tal como era, cuándo se hicieron, o que no se editaran antes; esto se basa en la palabra de quien los entregó.',
};

export const status: Messages = { ...WORDS, ...PAGES, ...RECEIPT, ...FILES, ...TIERS };
