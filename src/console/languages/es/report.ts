/** Handing in: the form, what it offers, and what it says is missing. */
import type { Messages } from '../../language.ts';

export const report: Messages = {
  // The page.
  'Keep this': 'Conservar esto',
  'Archive it before it goes': 'Archívelo antes de retirarlo',
  'Keep what is a record': 'Conserve lo que es un registro',
  'Archive it': 'Archivarlo',
  'Keep it': 'Conservarlo',
  'For what is a record although nothing is removed: a resident writes to somebody’s own account, a submission is not published, a violation is reported, a post is needed for a proceeding.':
    'Para lo que es un registro aunque no se retire nada: un residente escribe a la cuenta personal de alguien, un envío no se publica, se reporta una infracción, una publicación se necesita para un procedimiento.',
  'Your roles (': 'Sus roles (',
  ') read and do not hand in. Under': ') permiten leer, no reportar. En',
  'you find what was handed in; your administrator can give you the role of a moderator.':
    'encontrará lo que se ha reportado; su administrador puede darle el rol de moderador.',
  'With a key the form needs it. You can sign in instead: then the form works without it. Until it is handed in: do not remove the content yet.':
    'Con una clave, el formulario lo necesita. También puede iniciar sesión: entonces el formulario funciona sin él. Mientras no se haya reportado: no retire el contenido todavía.',
  'Without JavaScript nothing can be pasted or dropped: choose the pictures as files. What was typed stays if something is missing; pictures have to be chosen again.':
    'Sin JavaScript no se puede pegar ni arrastrar nada: elija las imágenes como archivos. Si falta algo, lo escrito se queda; las imágenes hay que elegirlas de nuevo.',

  // What it is.
  'What is it?': '¿Qué es?',
  'Take or choose pictures': 'Tomar o elegir imágenes',
  'or paste them (Ctrl+V), or drop them here': 'o péguelas (Ctrl+V), o arrástrelas hasta aquí',
  'Pictures to send': 'Imágenes por enviar',
  Sending: 'Enviando',
  'It may show a child being abused: do not copy it':
    'Es posible que muestre el abuso de un menor: no lo copie',
  'More than one picture:': 'Más de una imagen:',
  'They show the same: one record': 'Muestran lo mismo: un registro',
  'A record for each picture': 'Un registro por cada imagen',
  'Its address, or its words': 'Su dirección o sus palabras',
  'Address of the content': 'Dirección del contenido',
  'The archive opens it and keeps the page too': 'Holdfast la abre y conserva también la página',
  'Its words': 'Sus palabras',

  // Why, and what is done.
  'Why does it go?': '¿Por qué se retira?',
  'What will you do?': '¿Qué hará usted?',
  'Why is it kept?': '¿Por qué se conserva?',
  'Not decided yet': 'Aún sin decidir',
  'You can name the clause later, on the record’s own page. Until then the record says that it was not stated.':
    'Puede indicar la cláusula más tarde, en la página del propio registro. Hasta entonces, el registro dice que no se indicó.',
  'The other {} clauses': 'Las otras {1} cláusulas',
  'Find a clause': 'Buscar una cláusula',
  'Delete it': 'Borrarlo',
  'Hide it': 'Ocultarlo',
  'Refuse it before it is published': 'Rechazarlo antes de que se publique',
  'Hold it back for review': 'Retenerlo para revisión',
  'Mark it as spam': 'Marcarlo como spam',
  'Edit it': 'Editarlo',
  'Block the person': 'Bloquear a la persona',
  'Ban the person': 'Vetar a la persona',
  'Restrict the person': 'Restringir a la persona',
  'Mute the person': 'Silenciar a la persona',
  'Limit who sees it': 'Limitar quién lo ve',
  'Turn comments off': 'Desactivar los comentarios',
  'Report it to the platform': 'Denunciarlo a la plataforma',
  'Nothing: only keep a copy': 'Nada: solo conservar una copia',
  'It stays where it is': 'Se queda donde está',
  'It was submitted, and never shown': 'Se envió y nunca se mostró',
  'Something else': 'Otra cosa',
  'What exactly?': '¿Qué exactamente?',
  'On which account?': '¿En qué cuenta?',
  'Another account': 'Otra cuenta',
  '{} ({}, not in the register)': '{1} ({2}, sin inscribir)',
  'Its handle, number or address': 'Su nombre de usuario, número o dirección',

  // More details.
  'More details': 'Más detalles',
  'Who wrote it?': '¿Quién lo escribió?',
  'Name as shown': 'Nombre tal como aparece',
  'Address of the profile': 'Dirección del perfil',
  'Cannot be seen': 'No se puede ver',
  'When was it posted?': '¿Cuándo se publicó?',
  'As you see it, for example “2 h” or “Nov 3 at 9:14 am”':
    'Tal como lo ve, por ejemplo «2 h» o «3 de nov. a las 9:14 a. m.»',
  'What kind is it?': '¿De qué tipo es?',
  'Not stated': 'No se indicó',
  Note: 'Nota',
  'Do not open the live page': 'No abrir la página en vivo',

  // Sending.
  'Then: {}, on {}': 'Después: {1}, en {2}',
  'Then: {}, on {}. Clause: {}': 'Después: {1}, en {2}. Cláusula: {3}',
  'Then: {}, on {} ({}, not in the register)': 'Después: {1}, en {2} ({3}, sin inscribir)',
  'Then: {}, on {} ({}, not in the register). Clause: {}':
    'Después: {1}, en {2} ({3}, sin inscribir). Cláusula: {4}',
  'On their way': 'En camino',
  'The policy has changed: choose the clause again': 'La política ha cambiado: elija de nuevo la cláusula',
  'Go on with this clause': 'Continuar con esta cláusula',
  'Try all again': 'Intentar todo de nuevo',
  'Next ones': 'Siguientes',
  'Not about a removal? On a desk?': '¿No se trata de un retiro? ¿Trabaja en una computadora?',
  'What is a record though nothing is removed:': 'Lo que es un registro aunque no se retire nada:',
  'keep it': 'consérvelo',
  'For the bookmarks of your browser, drag this there:':
    'Para los marcadores de su navegador, arrastre esto hasta allí:',
  'Archive before removal': 'Archivar antes de retirar',
  '. Pressed on a page, it opens this form with the page’s address and the words that you marked.':
    '. Si lo pulsa en una página, abre este formulario con la dirección de la página y las palabras que usted marcó.',

  // What is wrong with it.
  'Nothing was handed in yet': 'Todavía no se ha reportado nada',
  'The change was not handed in': 'El cambio no se ha reportado',
  'Mend this, choose the pictures again, and send it once more.':
    'Corrija esto, elija de nuevo las imágenes y envíelo otra vez.',
  'This form was handed in already:': 'Este formulario ya se envió:',
  'the record that came of it': 'el registro que resultó de él',
  '. It says something else now. Sent once more, it becomes a record of its own.':
    '. Ahora dice otra cosa. Si se envía otra vez, se convierte en un registro aparte.',
  'Add a picture, or the address of the content, or its words.':
    'Agregue una imagen, la dirección del contenido o sus palabras.',
  'Choose the clause, or “Not decided yet”.': 'Elija la cláusula, o «Aún sin decidir».',
  'Choose what you will do.': 'Elija lo que hará.',
  'Choose the account.': 'Elija la cuenta.',
  'Name the platform, such as facebook.': 'Indique la plataforma, por ejemplo facebook.',
  'Name the account.': 'Indique la cuenta.',
  'The policy has changed: choose the clause again.': 'La política ha cambiado: elija de nuevo la cláusula.',
  'The report': 'El reporte',
};
