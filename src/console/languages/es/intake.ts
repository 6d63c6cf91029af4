/**
 * What the intake says to whoever hands in: what is wrong with a field (after its name and a colon), and why nothing was taken. What
 * only a program can meet stays English.
 */
import type { Messages } from '../../language.ts';

export const intake: Messages = {
  // What is wrong with a field.
  'expected a complete address, such as https://example.gov/page, without spaces, line breaks or backslashes and of at most {} characters.':
    'se espera una dirección completa, como https://example.gov/page, sin espacios, saltos de línea ni barras invertidas, y de {1} caracteres como máximo.',
  'expected a complete address, such as https://example.gov/page, with every other character written as %XX.':
    'se espera una dirección completa, como https://example.gov/page, con cualquier otro carácter escrito como %XX.',
  'expected an address that begins with https:// or http://; leave it out when there is none.':
    'se espera una dirección que comience con https:// o http://; omítala si no hay ninguna.',
  'expected an address without a user name or password in it; remove what stands before the @.':
    'se espera una dirección sin nombre de usuario ni contraseña; quite lo que está antes de la @.',
  'expected an address that RFC 3986 knows, such as https://example.gov/page.':
    'se espera una dirección como las define RFC 3986, por ejemplo https://example.gov/page.',
  'expected an address that anyone can open with a browser; this one is refused: a name of this machine or of a private network.':
    'se espera una dirección que cualquiera pueda abrir con un navegador; esta se rechaza: es un nombre de esta máquina o de una red privada.',
  'expected an address that anyone can open with a browser; this one is refused: not a name that the public tree of names can hold.':
    'se espera una dirección que cualquiera pueda abrir con un navegador; esta se rechaza: no es un nombre que pueda existir en el árbol público de nombres.',
  'expected an address that anyone can open with a browser; this one is refused: port {}; only 80 and 443 are opened.':
    'se espera una dirección que cualquiera pueda abrir con un navegador; esta se rechaza: puerto {1}; solo se abren el 80 y el 443.',
  'expected an address that anyone can open with a browser; this one is refused: private.':
    'se espera una dirección que cualquiera pueda abrir con un navegador; esta se rechaza: es privada.',
  'expected an address that anyone can open with a browser; this one is refused: loopback.':
    'se espera una dirección que cualquiera pueda abrir con un navegador; esta se rechaza: es de la propia máquina (loopback).',
  'expected an address that anyone can open with a browser; this one is refused: {}.':
    'se espera una dirección que cualquiera pueda abrir con un navegador; esta se rechaza ({1}).',
  'expected at most {} characters; hand in longer text as a file.':
    'se esperan {1} caracteres como máximo; entregue un texto más largo como archivo.',
  'expected one of {}.': 'se espera uno de estos valores: {1}.',
  'expected text of the form {}.': 'se espera un texto de la forma {1}.',
  'expected a time with its zone, or {"seen": "2 h ago"} with what was seen.':
    'se espera una hora con su zona, o {"seen": "2 h ago"} con lo que se vio.',
  'expected an object with one or more of displayName, handle, profileUrl and nativeId as text that is not empty, or {"status": "unknown", "unknownReason": one of {}}; leave it out when it was not recorded.':
    'se espera uno o más de displayName, handle, profileUrl y nativeId (nombre, nombre de usuario, dirección del perfil, identificador) como texto que no esté vacío, o por qué no se conoce a la persona: uno de {1}; omítalo si no se anotó.',
  'the policy has changed since this clause was shown: choose the clause again, as it stands now.':
    'la política ha cambiado desde que se mostró esta cláusula: elija de nuevo la cláusula, tal como está ahora.',
  'expected one of this agency’s own clauses, as policy#clause; GET /v1/policies lists them. Leave it out when the ground is not known yet.':
    'se espera una de las cláusulas de esta entidad, como política#cláusula; GET /v1/policies las enumera. Omítala si todavía no se conoce el motivo.',

  // Why nothing was taken.
  'The body ended before its closing boundary; nothing of it was kept. Send the whole report again.':
    'Lo enviado terminó antes de tiempo; no se conservó nada de ello. Envíe de nuevo el reporte completo.',
  'A file name is longer than {} characters or holds a NUL character. Rename the file.':
    'El nombre de un archivo tiene más de {1} caracteres o contiene un carácter NUL. Cambie el nombre del archivo.',
  'All fields together may have at most {} bytes. Hand in long text as a file.':
    'Todos los campos juntos pueden tener {1} bytes como máximo. Entregue un texto largo como archivo.',
  'A report may have at most {} files. Hand in the others with a second report.':
    'Un reporte puede tener {1} archivos como máximo. Entregue los demás con un segundo reporte.',
  'The files of a report may have at most {} bytes together. Hand in the others with a second report.':
    'Los archivos de un reporte pueden sumar {1} bytes como máximo. Entregue los demás con un segundo reporte.',
  'There is no such upload of yours, or a report has it already. Uploads that no report names go a day after their last byte, and three days after their beginning at the latest; send the file again.':
    'No hay tal carga suya, o ya está en un reporte. Las cargas que ningún reporte nombra se borran un día después de su último byte y, a más tardar, tres días después de su comienzo; envíe el archivo de nuevo.',
  'An upload that the report names is not whole: {} of {} bytes are here. Send the rest of it, then the report again.':
    'Una carga que el reporte nombra no está completa: hay {1} de {2} bytes. Envíe el resto y luego el reporte de nuevo.',
  'Expected the Upload-Offset {}: so many bytes are on disk here. Ask with HEAD and go on from there.':
    'Se esperaba el Upload-Offset {1}: esa es la cantidad de bytes que hay en el disco. Pregunte con HEAD y continúe desde ahí.',
  'Another connection writes to this upload, or did a moment ago. Ask with HEAD in some seconds and go on from there.':
    'Otra conexión escribe en esta carga, o lo hizo hace un momento. Pregunte con HEAD en unos segundos y continúe desde ahí.',
  'The connection ended in the middle of a piece. What arrived is kept: ask with HEAD and go on from there.':
    'La conexión terminó en medio de una parte. Lo que llegó se conserva: pregunte con HEAD y continúe desde ahí.',
  'More than {} uploads, or {} bytes of them, wait for a report of yours. Hand in what is there, or take back what is not needed (DELETE); the rest goes a day after its last byte, and three days after its beginning at the latest.':
    'Más de {1} cargas, o {2} bytes de ellas, esperan un reporte suyo. Entregue lo que hay o borre lo que no se necesita (DELETE); el resto se borra un día después de su último byte y, a más tardar, tres días después de su comienzo.',
  'The archive cannot write to its staging folder just now; nothing was kept. Send it again later.':
    'En este momento Holdfast no puede escribir en su carpeta de espera; no se conservó nada. Envíelo de nuevo más tarde.',
  'The archive has no room left for what was sent; nothing of it was kept. Send it again later, and tell the administrator.':
    'A Holdfast no le queda espacio para lo enviado; no se conservó nada de ello. Envíelo de nuevo más tarde y avise al administrador.',
  'You were signed out before this arrived, so nothing of it was taken. Sign in and send it again.':
    'Su sesión se cerró antes de que esto llegara, así que no se recibió nada. Inicie sesión y envíelo de nuevo.',
  'This key was revoked, or its time is over. Ask your administrator for a new one.':
    'Esta clave fue revocada o su plazo terminó. Pida una nueva a su administrador.',
  'This Idempotency-Key, or this fact id, was used before with another content. Send the same content to repeat a report, or a new key for a new one.':
    'Esta Idempotency-Key, o este identificador del hecho, ya se usó antes con otro contenido. Envíe el mismo contenido para repetir un reporte, o una clave nueva para uno nuevo.',
  'This Idempotency-Key, or this fact id, was used before for another record, and nothing was added to this one. Send a new key, or a fact with an id of its own.':
    'Esta Idempotency-Key, o este identificador del hecho, ya se usó antes para otro registro, y no se añadió nada a este. Envíe una clave nueva, o un hecho con su propio identificador.',
  'This record holds as much as one may hold ({} facts, {} MB of them, {} files), so nothing was added. Report it as a new one: POST /v1/deletion-events without "url", with the address in the note and the screenshots as files.':
    'Este registro ya contiene lo máximo que puede contener uno ({1} hechos, {2} MB de ellos, {3} archivos), así que no se añadió nada. Repórtelo como uno nuevo: sin la dirección del contenido («url»), con la dirección en la nota y las capturas de pantalla como archivos.',
  'A part is named {}. Send one part named event, and files as parts named file or upload; what else there is to say goes into the event.':
    'Una parte se llama {1}. Envíe una parte llamada event, y los archivos como partes llamadas file o upload; lo demás va dentro del evento.',
  'This key takes reports of another source only, so nothing was taken. Your administrator sees on the page of keys which one; the source of a fact is its member "source", or, in the simple form, /agencies/<agency>/webhook/<platform>/<account>.':
    'Esta clave solo acepta reportes de otra fuente, así que no se tomó nada. Su administrador ve en la página de claves cuál; la fuente de un hecho es su miembro "source" o, en la forma simple, /agencies/<agency>/webhook/<platform>/<account>.',
};
