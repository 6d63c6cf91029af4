/** What scripts say (`assets/*.js`), with `{1}`, `{2}` in the places of values: pictures and files, and who is at work. */
import type { Messages } from '../../language.ts';

export const scripts: Messages = {
  'The archive answered with the status {}. Nothing is known about why.':
    'Holdfast respondió con el estado {1}. No se sabe por qué.',
  'The archive cannot be reached.': 'No hay conexión con Holdfast.',
  'The archive cannot be reached. Check your connection and try again.':
    'No hay conexión con Holdfast. Revise su conexión e intente de nuevo.',
  bytes: 'bytes',
  // What became of a file that was handed in.
  'Add a screenshot (PNG or JPEG).': 'Agregue una captura de pantalla (PNG o JPEG).',
  'This file is empty.': 'Este archivo está vacío.',
  'Add the picture again, or take a new screenshot.':
    'Agregue la imagen de nuevo o haga otra captura de pantalla.',
  'This is not a picture. It is kept, but it does not show the content by itself.':
    'Esto no es una imagen. Se conserva, pero por sí solo no muestra el contenido.',
  'This kind of picture is kept, but this archive cannot show it yet.':
    'Este tipo de imagen se conserva, pero aquí todavía no se puede mostrar.',
  'This picture is damaged: it is kept as it came, but it could not be read to its end.':
    'Esta imagen está dañada: se conserva como llegó, pero no se pudo leer hasta el final.',
  'Add it again, or take a new screenshot.': 'Agréguela de nuevo o haga otra captura de pantalla.',
  'This picture is kept, but it is too large to be opened here.':
    'Esta imagen se conserva, pero es demasiado grande para abrirla aquí.',
  'Add a smaller one, such as a screenshot of the content alone.':
    'Agregue una más pequeña, por ejemplo una captura de pantalla del contenido solo.',
  'This picture is kept, but opening it took too long.':
    'Esta imagen se conserva, pero abrirla tardó demasiado.',
  'This picture is kept, but the program that opens pictures failed on it.':
    'Esta imagen se conserva, pero el programa que abre las imágenes falló con ella.',
  'Take a new screenshot (PNG or JPEG) and add it.':
    'Haga otra captura de pantalla (PNG o JPEG) y agréguela.',
  'This file is kept, but it could not be read when it was looked at.':
    'Este archivo se conserva, pero no se pudo leer al revisarlo.',
  'This file is kept, but it could not be opened as a picture.':
    'Este archivo se conserva, pero no se pudo abrir como imagen.',
  'This is a HEIC photo: it is kept, but this archive cannot show it yet.':
    'Es una foto HEIC: se conserva, pero aquí todavía no se puede mostrar.',
  'This is a HEIF photo: it is kept, but this archive cannot show it yet.':
    'Es una foto HEIF: se conserva, pero aquí todavía no se puede mostrar.',
  'This is a BMP picture: it is kept, but this archive cannot show it yet.':
    'Es una imagen BMP: se conserva, pero aquí todavía no se puede mostrar.',
  'Not checked yet.': 'Aún sin revisar.',
  'Kept. It is not a picture.': 'Se conserva. No es una imagen.',
  'The archive keeps BMP and cannot show it yet: add a screenshot (PNG or JPEG) too.':
    'Las imágenes BMP se conservan, pero aquí todavía no se pueden mostrar: agregue también una captura de pantalla (PNG o JPEG).',
  'And {} more, which are kept all the same.': 'Y {1} más, que se conservan igualmente.',
  'A file without a name': 'Un archivo sin nombre',
  FILE: 'ARCHIVO',
  Show: 'Mostrar',
  'Show {}': 'Mostrar {1}',
  Cover: 'Cubrir',
  'Picture: file {} of this record': 'Imagen: archivo {1} de este registro',
  'Enlarge file {}': 'Ampliar el archivo {1}',
  'The picture did not come, or this browser cannot show it. Check your connection and press again, or download it.':
    'La imagen no llegó o este navegador no puede mostrarla. Revise su conexión y pulse de nuevo, o descárguela.',
  'The archive answered without a receipt.': 'Holdfast respondió sin comprobante.',
  // Who is at work.
  moderator: 'moderador',
  custodian: 'custodio de registros',
  'retention-officer': 'responsable de retención',
  approver: 'aprobador de destrucción',
  auditor: 'auditor',
  administrator: 'administrador',
  intake: 'programa que reporta',
  'You are not signed in any more.': 'Su sesión ya no está iniciada.',
  'Paste the key that your administrator gave you.': 'Pegue la clave que le dio su administrador.',
  'This does not look like a key. Copy the whole key and paste it again.':
    'Esto no parece una clave. Copie la clave completa y péguela de nuevo.',
  'Nobody is signed in on this browser yet.': 'Todavía nadie ha iniciado sesión en este navegador.',
  'Use another key': 'Usar otra clave',
  'The archive does not know this key, or it was revoked. Check that you copied all of it, or ask your administrator for a new one.':
    'Holdfast no reconoce esta clave, o fue revocada. Compruebe que la copió completa o pida una nueva a su administrador.',
  'The archive did not answer as expected. Try again.':
    'Holdfast no respondió como se esperaba. Intente de nuevo.',
  'This device has a passkey for you here already. Sign in with it.':
    'Este dispositivo ya tiene una clave de acceso (passkey) suya para este sitio. Inicie sesión con ella.',
  'Nothing was chosen, or it took too long. Try again, or use your password.':
    'No se eligió nada o tardó demasiado. Intente de nuevo o use su contraseña.',
  'The browser could not do that. Try again, or use your password.':
    'El navegador no pudo hacerlo. Intente de nuevo o use su contraseña.',
};
