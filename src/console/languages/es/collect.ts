/** Looking for what a request asks for. */
import type { Messages } from '../../language.ts';

export const collect: Messages = {
  'Collect: request {}': 'Reunir: solicitud {1}',
  'This request': 'Esta solicitud',
  'Nothing is in its set yet.': 'Todavía no hay nada en su conjunto.',
  'In its set: {}. Not decided yet: {}.': 'En su conjunto: {1}. Sin decidir todavía: {2}.',
  'Review them': 'Revisarlos',
  'This request is closed: nothing more is looked for because of it.':
    'Esta solicitud está cerrada: ya no se busca nada más por ella.',
  'What was looked for': 'Lo que se buscó',
  'No search was run yet.': 'Todavía no se hizo ninguna búsqueda.',
  Search: 'Buscar',
  'The fields are filled in as the words of the request suggest. Change what you know better.':
    'Los campos se rellenaron según lo que sugieren las palabras de la solicitud. Cambie lo que usted sepa mejor.',
  'The days are those on which something was reported, which may be long after it was written: leave the last one open where you are not sure.':
    'Los días son aquellos en los que algo se reportó, que puede ser mucho después de escribirse: deje abierto el último si no está seguro.',
  'Search, and hold what is found': 'Buscar y poner en reserva lo que se encuentre',
  'What is found is held at once and is in the set of the request, and so is what this search finds later. It is not destroyed before the request lets go. The search is kept with what the index had at this moment.':
    'Lo que se encuentra queda en reserva de inmediato y entra en el conjunto de la solicitud, y también lo que esta búsqueda encuentre después. No se destruye mientras la solicitud no lo suelte. La búsqueda se guarda con lo que tenía el índice en ese momento.',
  'Name records one by one': 'Indicar registros uno por uno',
  'One on each line: its address here, or its id.': 'Uno por línea: su dirección aquí o su identificador.',
  'Hold these, and take them into the set': 'Ponerlos en reserva e incluirlos en el conjunto',
  'Read as names:': 'Leído como nombres:',
  'In quotation marks:': 'Entre comillas:',
  'Names on a platform:': 'Nombres en una plataforma:',
  'One platform is named:': 'Se nombra una plataforma:',
  'Several platforms are named, so none is filled in:':
    'Se nombran varias plataformas, así que no se rellenó ninguna:',
  'One page of the agency is named:': 'Se nombra una página de la entidad:',
  'Several pages of the agency are named, so none is filled in:':
    'Se nombran varias páginas de la entidad, así que no se rellenó ninguna:',
  'The first day that is named:': 'El primer día que se nombra:',
  '. No last day is filled in: what was written then may have been reported later.':
    '. No se rellena un último día: lo escrito entonces pudo reportarse más tarde.',
  'The word': 'La palabra',
  'All of the words': 'Todas las palabras',
  'The words': 'Las palabras',
  ', one behind the other': ', una tras otra',
  Without: 'Sin',
  'What matches': 'Lo que coincide con',
  'On the platform': 'En la plataforma',
  'On the account': 'En la cuenta',
  'Removed under': 'Eliminado según',
  'Reported from this moment on:': 'Reportado desde este momento:',
  'Reported before:': 'Reportado antes de:',
  'As it was run': 'Tal como se ejecutó',
  '1 record was found.': 'Se encontró 1 registro.',
  '{} records were found.': 'Se encontraron {1} registros.',
  'Its hold': 'Su reserva',
  'How far the index reached': 'Hasta dónde llegaba el índice',
  'The agency had no record.': 'La entidad no tenía ningún registro.',
  '{} records of the agency, the newest of': '{1} registros de la entidad; el más reciente, de',
  'What stands in pictures was not read then, and was not found.':
    'Lo que está escrito en imágenes no se leía entonces, y no se encontró.',
  'Pictures that a program had read, with errors: {}':
    'Imágenes que un programa había leído, con errores: {1}',
  'Pictures that it was still to read, and what stands in them is found later: {}':
    'Imágenes que aún tenía que leer, y lo que está escrito en ellas se encuentra después: {1}',
  'Pictures that it could not read: {}': 'Imágenes que no pudo leer: {1}',
  'Pictures that nothing reads, because they may show a child being abused: {}':
    'Imágenes que nada lee, porque quizá muestren el abuso de un menor: {1}',
  'Not sealed yet, and found all the same: {}': 'Sin sellar todavía, y encontrados de todos modos: {1}',
  'Something was still to be done to them, and what that brings is not found yet: {}':
    'Con algo todavía por hacer; lo que eso aporte aún no se encuentra: {1}',
  'The same, waiting for a person: {}': 'Lo mismo, en espera de una persona: {1}',
  'Reports of that time that were refused: {}': 'Reportes de ese período que se rechazaron: {1}',
  'Destroyed under a schedule before; no search finds their words: {}':
    'Destruidos antes según un calendario de conservación; ninguna búsqueda encuentra sus palabras: {1}',
  'Found, and not held because they were being destroyed: {}':
    'Encontrados y no puestos en reserva porque se estaban destruyendo: {1}',
  'Pages in the register of which nothing was ever reported: {}':
    'Páginas del registro de sitios de las que nunca se reportó nada: {1}',
  'Holds because of it': 'Reservas debidas a ella',
  'Say until when its records are kept': 'Indicar hasta cuándo se guardan sus registros',
  'The last day on which they are kept': 'El último día en que se guardan',
  'The day after, whoever may release holds may release these.':
    'Al día siguiente, quien puede levantar reservas puede levantar estas.',
  'Why?': '¿Por qué?',
  'Such as: the time to appeal is over, or: an appeal came.':
    'Por ejemplo: pasó el plazo para apelar, o bien: llegó una apelación.',
  'Released {}': 'Levantada: {1}',
  'It may be released now': 'Ya se puede levantar',
  ', by a custodian or administrator who has no part in the disposal.':
    ', por un custodio o administrador que no participe en la eliminación.',
  'It lies as long as the request is open.': 'Sigue vigente mientras la solicitud esté abierta.',
  'Nobody said until when, so it lies without end. Say so below.':
    'Nadie indicó hasta cuándo, así que sigue vigente sin fin. Indíquelo abajo.',
  'It lies until {}.': 'Sigue vigente hasta el {1}.',
  '1 record was found and is held.': 'Se encontró 1 registro y está en reserva.',
  '{} records were found and are held.': 'Se encontraron {1} registros y están en reserva.',
  'They are held, and in the set.': 'Están en reserva y en el conjunto.',
  'It is on file until when they are kept.': 'Consta hasta cuándo se guardan.',
  'Holds of requests that are over': 'Reservas de solicitudes terminadas',
  'These may be released by a custodian or administrator who has no part in the disposal. Until then nothing of them is destroyed.':
    'Las puede levantar un custodio o administrador que no participe en la eliminación. Hasta entonces no se destruye nada de lo que guardan.',
  'Kept until {}': 'Se guarda hasta el {1}',

  // What is refused.
  'This is too long for a search: at most 500 characters in each field. Make several searches of it.':
    'Esto es demasiado largo para una búsqueda: como máximo 500 caracteres en cada campo. Haga varias búsquedas con ello.',
  'Expected words to look for, or at least one filter: an empty search would hold every record of the agency.':
    'Se esperaban palabras que buscar o al menos un filtro: una búsqueda vacía pondría en reserva todos los registros de la entidad.',
  'Expected the address or the id of a record on each line, 1 to {} of them; for more, search.':
    'Se esperaba la dirección o el identificador de un registro en cada línea, de 1 a {1}; para más, haga una búsqueda.',
  '/until: expected a day from today on that the calendar has, as YYYY-MM-DD.':
    'Se esperaba un día que exista, de hoy en adelante, como AAAA-MM-DD.',
  '/reason: expected a text of 1 to 5000 characters that is not blank.':
    'Se esperaba un texto de 1 a 5000 caracteres que no esté en blanco.',
  'This hold lies because of a request for records, which is not closed, or whose time of appeal is not over, or of which nobody said until when it keeps its records. Nothing was released; see the page of the request.':
    'Esta reserva se debe a una solicitud de registros que no está cerrada, o cuyo plazo de apelación no ha pasado, o de la que nadie indicó hasta cuándo guarda sus registros. No se levantó nada; consulte la página de la solicitud.',
  'Searched for a request, and held what was found':
    'Se buscó por una solicitud y se puso en reserva lo encontrado',
  'Records named for a request, and held': 'Registros indicados para una solicitud y puestos en reserva',
  'Decided about a record of a request': 'Se decidió sobre un registro de una solicitud',
  'Said until when a request keeps its records': 'Se indicó hasta cuándo una solicitud guarda sus registros',
};
