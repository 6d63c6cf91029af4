/** Productions: what is handed out in answer to a request. */
import type { Messages } from '../../language.ts';

export const productions: Messages = {
  'This request is closed: nothing more is packed because of it. What is out stays out, and can get another link. If the same person asks again, enter another request.':
    'Esta solicitud está cerrada: no se empaqueta nada más por ella. Lo que salió sigue fuera, y puede recibir otro enlace. Si la misma persona vuelve a pedir, registre otra solicitud.',
  'This request is closed: nothing more is packed because of it. If the same person asks again, enter another request.':
    'Esta solicitud está cerrada: no se empaqueta nada más por ella. Si la misma persona vuelve a pedir, registre otra solicitud.',
  'While one is packed this page looks again by itself, unless you are typing.':
    'Mientras se empaqueta una, esta página vuelve a mirar por sí sola, salvo que usted esté escribiendo.',
  'Step 1 of 2: the records are packed and looked through. Records: {}.':
    'Paso 1 de 2: los registros se empaquetan y se revisan. Registros: {1}.',
  'Step 2 of 2: it was looked through, and is being sealed. Records: {}.':
    'Paso 2 de 2: se revisó, y se está sellando. Registros: {1}.',
  'The requester wants this format (610.023.3):': 'Quien solicita quiere este formato (610.023.3):',
  'No such format was found here.': 'Aquí no se encontró ese formato.',
  'A production is a PDF, tables (CSV), the files as they are, and web archives if they are ticked. Where theirs is not available, say so in the letter.':
    'Una entrega es un PDF, tablas (CSV), los archivos como son, y archivos web si se marcan. Donde el suyo no esté disponible, dígalo en la carta.',
  'PDF: the index with all that is released, which is in every production.':
    'PDF: el índice con todo lo que se entrega, que está en cada entrega.',
  'Tables: CSV files, which are in every production and open in any spreadsheet.':
    'Tablas: archivos CSV, que están en cada entrega y se abren en cualquier hoja de cálculo.',
  'Files as they are: they are in every production, but for those of which a part is withheld.':
    'Archivos como son: están en cada entrega, salvo aquellos de los que se retiene una parte.',
  'Web archives: ticked below; they go along for records of which all is released.':
    'Archivos web: marcados abajo; se incluyen para los registros que se entregan enteros.',
  'Write the letter that hands it out': 'Escribir la carta que la entrega',
  'Back to the request': 'Volver a la solicitud',
  'What was decided is frozen, packed with what proves it, looked through for everything that is withheld, and sealed. Then you release it by a link that ends.':
    'Lo decidido se congela, se empaqueta con lo que lo prueba, se revisa en busca de todo lo que se retiene y se sella. Después usted lo entrega con un enlace que vence.',
  'Nothing of the set is released so far.': 'Hasta ahora no se entrega nada del conjunto.',
  'Made so far': 'Preparadas hasta ahora',
  'Look again how it stands': 'Ver de nuevo cómo va',
  'No production was made yet.': 'Todavía no se preparó ninguna entrega.',
  Pack: 'Empaquetar',
  'Records of the set that nobody decided about: {}.':
    'Registros del conjunto sobre los que nadie decidió: {1}.',
  'Records to which something came after they were reviewed: {}.':
    'Registros a los que llegó algo después de revisarlos: {1}.',
  'Go to the review': 'Ir a la revisión',
  'Records that are released, all of them or a part: {}.':
    'Registros que se entregan, enteros o en parte: {1}.',
  'Letters before the numbers of pages': 'Letras antes de los números de página',
  'Capitals, figures and hyphens. The numbers go on from the last production with the same letters.':
    'Mayúsculas, cifras y guiones. Los números siguen desde la última entrega con las mismas letras.',
  'Web archives go along, of records of which all is released':
    'Se incluyen los archivos web de los registros que se entregan enteros',
  'Freeze and pack': 'Congelar y empaquetar',
  'Production {}: {}': 'Entrega {1}: {2}',
  'Being packed and looked through': 'Se empaqueta y se revisa',
  'Stopped: nothing of it leaves': 'Detenida: nada de ella sale',
  'Ready: the gate has passed it, and it is sealed': 'Lista: el control la aprobó y está sellada',
  'Released by a link': 'Entregada por un enlace',
  Withdrawn: 'Retirada',
  'Asked for by {}:': 'Solicitada por {1}:',
  'All of it: {}. A part: {}. Withheld: {}.': 'Enteros: {1}. En parte: {2}. Retenidos: {3}.',
  'Pages {} to {}, of them pages of records: {}. Files: {}. Bytes: {}.':
    'Páginas {1} a {2}, de ellas páginas de registros: {3}. Archivos: {4}. Bytes: {5}.',
  'Somebody decided anew about records of it since it was released ({}), so no new link and no letter leads to it. Links that were made before still do: withdraw it to end them, and pack anew.':
    'Alguien decidió de nuevo sobre registros de ella desde que se entregó ({1}), así que ningún enlace nuevo ni carta lleva a ella. Los enlaces hechos antes sí: retírela para terminarlos y empaquete de nuevo.',
  'A record of it was reviewed again since, or something came to one: it is not released. Pack anew.':
    'Un registro se revisó otra vez desde entonces, o llegó algo a uno: no se entrega. Empaquete de nuevo.',
  'Withdrawn:': 'Retirada:',
  'Released by {}:': 'Entregada por {1}:',
  'Link {} is over since:': 'El enlace {1} venció:',
  'Link {} leads here until:': 'El enlace {1} sirve hasta:',
  'It could not be made:': 'No se pudo preparar:',
  'Nothing is withheld, so there was nothing to look for.':
    'No se retiene nada, así que no había nada que buscar.',
  'Looked for: {}. Files looked through: {}.': 'Buscado: {1}. Archivos revisados: {2}.',
  'Something that is withheld was found:': 'Se encontró algo que se retiene:',
  'Look again at what was decided:': 'Mire de nuevo lo que se decidió:',
  'record {}': 'registro {1}',
  'Decide about these places in the review': 'Decida sobre estos lugares en la revisión',
  ', and pack again.': ', y empaquete de nuevo.',
  'What a person has to look at:': 'Lo que una persona debe revisar:',
  'What is too short to be looked for, or could not be read:':
    'Lo que es demasiado corto para buscarlo, o no se pudo leer:',
  'And more that is not listed here: {}.': 'Y más que no aparece aquí: {1}.',
  'I looked at these myself, and nothing that is withheld stands in them':
    'Yo mismo revisé estos, y en ellos no hay nada que se retenga',
  'Pack again, with what I looked at': 'Empaquetar de nuevo, con lo que revisé',
  'Nobody has fetched it yet.': 'Nadie la ha descargado todavía.',
  Fetched: 'Descargas',
  'By {}:': 'Por {1}:',
  'By link {}:': 'Por el enlace {1}:',
  'Fetch it yourself': 'Descargarla usted',
  production: 'entrega',
  'Days until the link ends': 'Días hasta que venza el enlace',
  'Release, with a link': 'Entregar, con un enlace',
  'Make another link': 'Crear otro enlace',
  Withdraw: 'Retirar',
  'Its links lead nowhere from then on. What was fetched is not called back by it.':
    'Sus enlaces dejan de servir. Lo que ya se descargó no se recupera con esto.',
  'Why it is withdrawn': 'Por qué se retira',
  'Withdraw this production': 'Retirar esta entrega',
  'What was decided is frozen. It is being packed and looked through.':
    'Lo decidido está congelado. Se empaqueta y se revisa.',
  'It is packed once more.': 'Se prepara una vez más.',
  'It could not be packed so far. Attempts: {}. The next one:':
    'Hasta ahora no se pudo preparar. Intentos: {1}. El siguiente:',
  'Nobody packs it any more since:': 'Ya nadie la prepara desde:',
  'Other productions with the letters {} do not wait for it.':
    'Otras entregas con las letras {1} no esperan por ella.',
  'Have the cause mended first. Or withdraw it below.':
    'Haga que se repare antes la causa. O retírela abajo.',
  'Pack it once more': 'Prepararla una vez más',
  'Its packing stopped, and another production has, or is about to have, its page numbers by now. Withdraw this one, and make another one.':
    'Su preparación se detuvo, y otra entrega ya tiene, o está por tener, sus números de página. Retire esta y prepare otra.',
  'It is released. The link is shown now and never again: copy it into your letter.':
    'Está entregada. El enlace se muestra ahora y nunca más: cópielo en su carta.',
  'It is withdrawn. Its links lead nowhere from now on.': 'Está retirada. Sus enlaces ya no sirven.',
  // the page behind a link
  'Records produced for a request': 'Registros entregados por una solicitud',
  'Records in it: {}. A ZIP of {} bytes.': 'Registros que contiene: {1}. Un ZIP de {2} bytes.',
  'This link leads here until': 'Este enlace sirve hasta',
  'Keep the file: afterwards ask the public body for another link.':
    'Guarde el archivo: después pida otro enlace al organismo público.',
  'What is in it': 'Qué contiene',
  'Unpack it and open': 'Descomprímalo y abra',
  '. The same stands as tables and files beside it. What is withheld, and under which law, the log of exemptions says.':
    '. Lo mismo está al lado en tablas y archivos. Qué se retiene, y por qué ley, lo dice el registro de exenciones.',
  'How to check it': 'Cómo comprobarlo',
  'in it says how to check each file and each text without us. The SHA-256 of the ZIP:':
    'dice cómo comprobar cada archivo y cada texto sin nosotros. El SHA-256 del ZIP:',
  'Whoever made a false file could not sign it with the key of the public body’s log. Compare the key in the file with this one, which did not come with it:':
    'Quien hiciera un archivo falso no podría firmarlo con la clave del registro del organismo público. Compare la clave del archivo con esta, que no vino con él:',
  'That this file was fetched, and when, is kept; nothing about you is.':
    'Se guarda que este archivo se descargó y cuándo; nada sobre usted.',
  // what is refused
  'Not a production, or not a step of one': 'No es una entrega, ni un paso de una',
  'No such production': 'No hay tal entrega',
  'Nothing is packed': 'No se empaqueta nada',
  'The production does not stand so': 'La entrega no está así',
  'The hold lies because of a request': 'La retención existe por una solicitud',
  'Not a decision': 'No es una decisión',
  'It changed meanwhile': 'Cambió entretanto',
  'The production is out of date': 'La entrega no está al día',
  'The gate has not passed it': 'El control no la aprobó',
  'Nothing is handed out at this address': 'En esta dirección no se entrega nada',
  'There is no such production in this agency.': 'No hay tal entrega en este organismo.',
  'This link leads nowhere: it is over, was withdrawn, or was not copied whole. Ask the public body that sent it for another one.':
    'Este enlace no lleva a nada: venció, se retiró o no se copió completo. Pida otro al organismo público que lo envió.',
  'A production is released and withdrawn by a person who signed in, not by a key. Sign in, and do it there.':
    'Una entrega la autoriza y la retira una persona que inició sesión, no una clave. Inicie sesión y hágalo allí.',
  'The production is not in the state that this begins from, so nothing was changed. Read it again.':
    'La entrega no está en el estado del que parte esto, así que no se cambió nada. Léala de nuevo.',
  'What was frozen, looked through or sealed of a production does not change. Make another production.':
    'Lo que se congeló, revisó o selló de una entrega no cambia. Prepare otra entrega.',
  'A record of it was reviewed again since it was made, or something came to one, so it is not released, and where it is out no new link leads to it. Make another production; withdraw this one to end the links that it has.':
    'Un registro de ella se revisó de nuevo desde que se hizo, o llegó algo a uno, así que no se entrega, y si ya salió ningún enlace nuevo lleva a ella. Haga otra entrega; retire esta para terminar los enlaces que tiene.',
  'The gate has not passed these bytes, so they are not released. Its findings say at which places.':
    'El control no aprobó estos bytes, así que no se entregan. Sus hallazgos dicen en qué lugares.',
  'A production with these page numbers is being made. Wait until it is done, or choose other letters for the numbers.':
    'Se prepara una entrega con estos números de página. Espere a que termine, o elija otras letras para los números.',
  '{} record(s) of the set are not reviewed yet. Decide on each: all of it, a part, nothing, or that it does not answer the request.':
    '{1} registro(s) del conjunto aún no están revisados. Decida sobre cada uno: entero, en parte, nada, o que no responde a la solicitud.',
  'To {} record(s) something came after they were reviewed. Look at them again.':
    'A {1} registro(s) les llegó algo después de revisarlos. Revíselos otra vez.',
  'Nothing of the set is released, so there is nothing to hand out. A denial is a letter.':
    'No se entrega nada del conjunto, así que no hay nada que dar. Una negativa es una carta.',
  'Say why it is withdrawn, in 1 to 1000 characters.': 'Diga por qué se retira, en 1 a 1000 caracteres.',
  'Letters before the numbers of pages: capitals, figures and hyphens, at most 20, a letter first.':
    'Letras antes de los números de página: mayúsculas, cifras y guiones, 20 como máximo, primero una letra.',
  'Expected {}, as application/json.': 'Se esperaba {1}, como application/json.',
};
