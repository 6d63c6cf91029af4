/** Looking at one file of a record, here and at the content server; what is never copied; the page of the API's calls. */
import type { Messages } from '../../language.ts';

export const files: Messages = {
  'File {} of record {}': 'Archivo {1} del registro {2}',
  'File {},': 'Archivo {1},',
  'File {}. This look is in the record’s history.':
    'Archivo {1}. Esta consulta queda en el historial del registro.',
  '. This look is in the record’s history.': '. Esta consulta queda en el historial del registro.',
  'Back to the record, and cover it': 'Volver al registro y cubrir la imagen',
  'In its own size': 'En su propio tamaño',
  'In the preview’s own size': 'En el tamaño propio de la vista previa',
  'As large as the page': 'Del tamaño de la página',
  'The picture': 'La imagen',
  'Picture: file {} of this record': 'Imagen: archivo {1} de este registro',
  'Nothing is shown? Then it is no picture that a browser can show. Go back and download it.':
    '¿No se ve nada? Entonces no es una imagen que un navegador pueda mostrar. Vuelva atrás y descárguela.',
  '{}, file {}': '{1}, archivo {2}',
  'Open as text': 'Abrir como texto',
  'in a new tab: {}, file {}': 'en una pestaña nueva: {1}, archivo {2}',
  Download: 'Descargar',
  Show: 'Mostrar',
  'There is nothing here, or not any more: an address of this kind works for a minute, and while you are signed in. Ask for the file again from the record’s page.':
    'Aquí no hay nada, o ya no lo hay: una dirección de este tipo funciona un minuto, y mientras su sesión esté iniciada. Pida el archivo de nuevo desde la página del registro.',
  'The file cannot be handed over: it is not what was sealed. The record’s history says so. Tell the administrator.':
    'No se puede entregar el archivo: no es lo que se selló. El historial del registro lo dice. Avise al administrador.',
  'The archive cannot be reached just now. Ask for the file again in a moment.':
    'No se puede acceder a Holdfast en este momento. Pida el archivo de nuevo en un momento.',

  'A child may be abused': 'Posible abuso de un menor',
  'It may show a child being abused': 'Puede mostrar el abuso de un menor',
  'Do not copy it': 'No lo copie',
  'No screenshot, no download, no forwarding, not into this archive and not by mail. A copy can be a crime of its own, and it hurts the child again.':
    'Sin capturas de pantalla, sin descargas, sin reenvíos: ni a Holdfast ni por correo electrónico. Una copia puede ser un delito en sí misma, y vuelve a dañar al menor.',
  'A child in danger now: call 911.': 'Un menor en peligro ahora mismo: llame al 911.',
  'Call your police department': 'Llame a su departamento de policía',
  'and say where it can be seen. They tell you whether it stays up until they have seen it.':
    'y diga dónde se puede ver. Ellos le dirán si debe seguir publicado hasta que lo hayan visto.',
  'Report it to the CyberTipline': 'Repórtelo a CyberTipline',
  'of the National Center for Missing & Exploited Children:':
    'del Centro Nacional para Menores Desaparecidos y Explotados (National Center for Missing & Exploited Children):',
  'report.cybertip.org': 'report.cybertip.org',
  '. It asks for the address and the account, not for a copy.':
    '. Pide la dirección y la cuenta, no una copia.',
  'Tell your agency’s counsel': 'Avise al asesor legal de su entidad',
  'at once. They decide what is written down, and when it is removed from your page.':
    'de inmediato. Allí deciden qué se anota, y cuándo se retira de su página.',
  'On paper:': 'En papel:',
  'the address, the account, the time at which you saw it, and whom you called. No description of the picture.':
    'la dirección, la cuenta, la hora en que lo vio y a quién llamó. Ninguna descripción de la imagen.',
  'If you have handed it in here already: do not open it again. Tell your administrator and your counsel the receipt’s code.':
    'Si ya lo reportó aquí: no lo abra de nuevo. Dé a su administrador y a su asesor legal el código del comprobante.',
  'Back to handing in': 'Volver al reporte',

  'The calls of this archive': 'Las llamadas de la API de Holdfast',
  '{} calls at': '{1} llamadas en',
  '. The whole description, for programs:': '. La descripción completa, para programas (en inglés):',
  'openapi.json': 'openapi.json',
  'Send the header': 'Envíe el encabezado',
  'Authorization: Bearer <key>': 'Authorization: Bearer <key>',
  '; your administrator makes keys. An error is a problem document with a stable code, a sentence that says what to do, and the id of the request.':
    '; su administrador crea las claves. Un error es un documento de problema (problem document) con un código estable, una frase que dice qué hacer y el id de la solicitud.',
  ', required': ', obligatorio',
  Takes: 'Recibe',
  Answers: 'Responde',
  Problems: 'Problemas',
  // Previews
  'What is shown is a preview, made by the archive from the sealed file.':
    'Lo que se muestra es una vista previa que Holdfast hizo a partir del original sellado.',
  'What is shown is a preview, made by the archive from the file as it came.':
    'Lo que se muestra es una vista previa que Holdfast hizo a partir del original, tal como llegó.',
  'It shows page 1 of {}.': 'Muestra la página 1 de {1}.',
  'It has its full size.': 'Tiene su tamaño completo.',
  'Along its longer side it has {} pixels of {}.': 'En su lado más largo tiene {1} píxeles de {2}.',
  'The file itself is unchanged: download it to have all of it. The preview is no evidence, and is not kept.':
    'El original no cambió: descárguelo para tenerlo entero. La vista previa no es prueba y no se conserva.',
  'Preview of file {} of this record': 'Vista previa del archivo {1} de este registro',
  'Nothing is shown? Then no preview could be made within the archive’s limits of time and memory, or the connection was lost. Go back and download the file.':
    '¿No se muestra nada? Entonces no se pudo hacer una vista previa dentro de los límites de tiempo y memoria, o se perdió la conexión. Vuelva atrás y descargue el original.',
  'not previewed: it has more pixels than the archive opens':
    'sin vista previa: tiene más píxeles de los que Holdfast abre',
  'not previewed: it could not be read to its end': 'sin vista previa: no se pudo leer hasta el final',
  'not previewed: opening it took too long': 'sin vista previa: abrirla tardó demasiado',
  'not previewed: the program that opens pictures failed on it':
    'sin vista previa: el programa que abre imágenes falló con ella',
  'not previewed: a picture of a kind that the archive cannot open yet':
    'sin vista previa: es una imagen de un tipo que Holdfast todavía no abre',
  'No preview of this picture could be made within the archive’s limits of time and memory. The file itself is unchanged: download it from the record’s page.':
    'No se pudo hacer una vista previa de esta imagen dentro de los límites de tiempo y memoria. El original no cambió: descárguelo desde la página del registro.',
  'Too many previews are being made just now. Ask for it again in a moment, or download the file.':
    'En este momento se están haciendo demasiadas vistas previas. Pídala de nuevo en un momento o descargue el original.',
};
