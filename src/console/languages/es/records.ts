/** Finding records, and a record. */
import type { Messages } from '../../language.ts';

export const records: Messages = {
  // Finding.
  'In texts, names, accounts and notes, and as a program read them in pictures. "…" for a phrase, - to leave out, or.':
    'En textos, nombres, cuentas y notas, y como un programa las leyó en imágenes. "…" para una frase, - para excluir, or (en inglés) para una cosa u otra.',
  'found by words read in a picture by a program':
    'encontrado por palabras que un programa leyó en una imagen',
  // What a program read in a picture.
  'What a program read in it': 'Lo que un programa leyó en ella',
  'Read by a program, not by a person: words may be wrong, and some may be missing. Its own confidence: {} of 100. The picture counts.':
    'Lo leyó un programa, no una persona: puede haber palabras equivocadas, y pueden faltar otras. Su propia confianza: {1} de 100. Lo que cuenta es la imagen.',
  'What stands in it is still to be read by a program, and is not found by a search yet.':
    'Lo que está escrito en ella aún no lo ha leído un programa, y ninguna búsqueda lo encuentra todavía.',
  'A program looked for words in it and saw none.': 'Un programa buscó palabras en ella y no vio ninguna.',
  'A program could not read what stands in it: no search finds that.':
    'Un programa no pudo leer lo que está escrito en ella: ninguna búsqueda lo encuentra.',
  'It is too large for the program that reads pictures: no search finds what stands in it.':
    'Es demasiado grande para el programa que lee imágenes: ninguna búsqueda encuentra lo que está escrito en ella.',
  'Narrow it down': 'Acotar la búsqueda',
  Removal: 'Retiro',
  State: 'Estado',
  'What was done': 'Qué se hizo',
  Clause: 'Cláusula',
  'Such as facebook': 'Por ejemplo, facebook',
  Account: 'Cuenta',
  'Its handle': 'Su nombre de usuario',
  'Reported from': 'Reportado desde',
  'Reported until': 'Reportado hasta',
  Any: 'Cualquiera',
  Find: 'Buscar',
  'Show all': 'Mostrar todos',
  'Removals that nobody has confirmed yet': 'Retiros que nadie ha confirmado todavía',
  'What a person must look at': 'Lo que una persona debe revisar',
  'Back to the newest': 'Volver a lo más reciente',
  'Older records': 'Registros anteriores',
  'Nothing has been handed in yet.': 'Todavía no se ha reportado nada.',
  'A record begins when somebody hands in what is about to be removed: on the page':
    'Un registro comienza cuando alguien reporta lo que está por retirarse: en la página',
  ', or by a program.': ', o mediante un programa.',
  'Nothing was found.': 'No se encontró nada.',
  'Look for fewer words, or take a filter away. Words are found by their stems: “remove” finds “removed”.':
    'Busque menos palabras o quite un filtro. Las palabras en inglés se encuentran por su raíz: «remove» encuentra «removed»; las de otros idiomas, solo como están escritas.',
  'Expected a day such as 2026-11-21; it is “{}”.': 'Se esperaba un día como 2026-11-21; es «{1}».',
  'This page of the list is not known. Begin at the newest.':
    'No se conoce esta página de la lista. Comience por lo más reciente.',
  'This cursor is not one of ours. Leave it out to begin at the newest record.':
    'Este cursor no es de los nuestros. Omítalo para comenzar por el registro más reciente.',
  'No text was given.': 'No se dio ningún texto.',
  '{} on {}': '{1} en {2}',
  'Content on {}': 'Contenido en {1}',
  '{} on {} (not in the register)': '{1} en {2} (sin inscribir)',
  'a person must look at this': 'una persona debe revisar esto',

  // A record.
  'Record {}': 'Registro {1}',
  'Live status, and what can be added': 'Estado en vivo y lo que se puede agregar',
  'Receipt to print': 'Comprobante para imprimir',
  'Package (with proofs)': 'Paquete (con pruebas)',
  'One file with everything that is sealed of this record, and with what proves it to somebody who does not trust us: how to check it is in it. Each one that you make is entered in the history below.':
    'Un solo archivo con todo lo que está sellado de este registro y con lo que lo prueba ante alguien que no confía en nosotros; dentro se explica cómo comprobarlo. Cada paquete que cree queda anotado en el historial de abajo.',
  'No text was given. The pictures below show what it was.':
    'No se dio ningún texto. Las imágenes de abajo muestran qué era.',
  'Source: {}.': 'Fuente: {1}.',
  Author: 'Autor',
  Written: 'Escrito',
  Reported: 'Reportado',
  Retention: 'Retención',
  'not in the register of this agency': 'sin inscribir en esta entidad',
  'Not known.': 'No se conoce.',
  'Not known: {}.': 'No se conoce: {1}.',
  'Not known: nothing was said about it.': 'No se conoce: no se dijo nada al respecto.',
  '; who that is for certain is not known: {}': '; no se sabe con certeza quién es: {1}',
  'as seen: {}': 'tal como se veía: {1}',
  'Not stated.': 'No se indicó.',
  'What was said later': 'Lo que se dijo después',
  'It was removed.': 'Se retiró.',
  'It was not removed after all.': 'Finalmente no se retiró.',
  'Written by {}.': 'Escrito por {1}.',
  'Posted: “{}”.': 'Publicado: «{1}».',
  'There are more; a program reads them all:': 'Hay más; un programa los lee todos:',
  Files: 'Archivos',
  'Pictures are covered, because they may be graphic. Each one that you show or download is entered in the history below.':
    'Las imágenes están cubiertas porque pueden ser impactantes. Cada una que usted muestre o descargue queda anotada en el historial de abajo.',
  'It proves: {} It does not prove: {}': 'Demuestra: {1} No demuestra: {2}',
  '{} bytes · SHA-256': '{1} bytes · SHA-256',
  'not sealed yet': 'aún no sellado',
  'sealed in seal {}': 'sellado (sello {1})',
  'not previewed: it does not open as a picture': 'sin vista previa: no se abre como imagen',
  'What happened to it': 'Qué ocurrió con él',
  'What happened to this record, oldest first; of a long history the newest 1,000 entries':
    'Qué ocurrió con este registro, de lo más antiguo a lo más reciente; de un historial largo, las 1,000 entradas más recientes',
  'SHA-256': 'SHA-256',
};
