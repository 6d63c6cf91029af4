/** Deciding about the records of a request. */
import type { Messages } from '../../language.ts';

export const review: Messages = {
  'Review: request {}': 'Revisión: solicitud {1}',
  'Review: record {}': 'Revisión: registro {1}',
  'All: {}': 'Todos: {1}',
  'Look for what was asked': 'Buscar lo que se pidió',
  'Decide about the next one': 'Decidir sobre el siguiente',
  'All of them are decided.': 'Todos están decididos.',
  'The newest {} of them are compared with each other.': 'Los {1} más recientes se comparan entre sí.',
  'None is so.': 'Ninguno está así.',
  'Something came since': 'Llegó algo después',
  'Released in part': 'Entregados en parte',
  Withheld: 'Retenidos',
  'Does not answer': 'No responden',
  'Release it': 'Entregarlo',
  'Part of it': 'Una parte',
  'Withhold it': 'Retenerlo',
  'Does not answer the request': 'No responde a la solicitud',
  'Something came to it since: look again': 'Llegó algo después: mírelo de nuevo',
  'Others of the set that say the same:': 'Otros del conjunto que dicen lo mismo:',
  'That say nearly the same:': 'Que dicen casi lo mismo:',
  'and more': 'y más',
  '{}:': '{1}:',
  'request {}': 'solicitud {1}',
  'The decision is kept.': 'La decisión quedó guardada.',
  'Pack what is released': 'Empaquetar lo que se entrega',
  'The decision is kept. This is the next one.': 'La decisión quedó guardada. Este es el siguiente.',
  'Records of the set': 'Registros del conjunto',
  'The one before': 'El anterior',
  'The next one': 'El siguiente',
  '{} of {}': '{1} de {2}',
  'The whole set': 'Todo el conjunto',
  'The record itself': 'El registro mismo',
  'Somebody reported that this record may show a child being sexually abused. Its pictures are not shown here and read by no program, and nothing of it leaves: withhold all of it, or say that it does not answer the request.':
    'Alguien informó que este registro puede mostrar abuso sexual de un menor. Sus imágenes no se muestran aquí y ningún programa las lee, y nada de él sale: reténgalo por completo, o diga que no responde a la solicitud.',
  'Somebody reported that this record may show a child being sexually abused, so nothing of it leaves, not even a part. Withhold all of it under the provision that closes it, or say that it does not answer the request; whether it is what was reported is for the police.':
    'Alguien informó que este registro puede mostrar abuso sexual de un menor, así que nada de él sale, ni siquiera una parte. Reténgalo por completo según la disposición que lo cierra, o diga que no responde a la solicitud; si es lo que se informó le corresponde a la policía.',
  'Something came to this record since it was decided. What came is not released before somebody decides again.':
    'Llegó algo a este registro después de que se decidió. Lo que llegó no se entrega hasta que alguien decida de nuevo.',
  'This request is closed: nothing more is decided because of it.':
    'Esta solicitud está cerrada: ya no se decide nada más por ella.',
  'What is released is decided by a custodian who signed in.':
    'Lo que se entrega lo decide un custodio que haya iniciado sesión.',
  'Something of this record could not be sealed, so nothing can be proven about it, and nothing is decided. Nobody tries any more: ask whoever runs this archive to have it done again, and name the record.':
    'Algo de este registro no se pudo sellar, así que nada puede probarse de él y nada se decide. Nadie lo intenta ya: pida a quien opera este archivo que se haga de nuevo, e indique el registro.',
  'Something of this record is not sealed yet, so nothing can be proven about it. That takes seconds: open the page again, and decide then.':
    'Algo de este registro aún no está sellado, así que no se puede probar nada sobre él. Tarda segundos: abra de nuevo la página y decida entonces.',
  'What is done with it?': '¿Qué se hace con él?',
  'What is withheld, and why': 'Qué se retiene y por qué',
  'Under which provision': 'Según qué disposición',
  'All of them permit, and none demands. Where it was read in a copy only, ask counsel before you rely on it.':
    'Todas permiten y ninguna obliga. Donde solo se leyó en una copia, consulte a su asesor jurídico antes de basarse en ello.',
  'Described in general terms (610.024)': 'Descrito en términos generales (610.024)',
  'Without a word of what is withheld: “a telephone number”.':
    'Sin una palabra de lo que se retiene: «un número de teléfono».',
  'A description would reveal it': 'Una descripción lo revelaría',
  'What some provisions ask for': 'Lo que piden algunas disposiciones',
  'Why disclosure would impair security ({})': 'Por qué divulgarlo perjudicaría la seguridad ({1})',
  'Why that outweighs the public interest in disclosure ({})':
    'Por qué eso pesa más que el interés público en divulgarlo ({1})',
  'The law that protects it ({})': 'La ley que lo protege ({1})',
  'Who read the number in the statute ({})': 'Quién leyó el número en la ley ({1})',
  'Fields and files about which nothing is chosen': 'Campos y archivos sobre los que no se elige nada',
  'What nobody decides about is not released.': 'Lo que nadie decide no se entrega.',
  'Choose for each': 'Elegir para cada uno',
  'A note for your office': 'Una nota para su oficina',
  'It does not leave.': 'No sale de aquí.',
  'Keep the decision': 'Guardar la decisión',
  'What was decided': 'Lo que se decidió',
  'Pictures are covered, because they may be graphic. Each one that you show is entered in the history of the record.':
    'Las imágenes están cubiertas porque pueden ser impactantes. Cada una que muestre queda en el historial del registro.',
  'It has all the words of the report in it: where any of them is withheld, so is this, unless you choose otherwise.':
    'Contiene todas las palabras del reporte: si se retiene alguna, también se retiene este archivo, salvo que usted elija otra cosa.',
  'The same for others': 'Lo mismo para otros',
  'The same for 1 other that says exactly this': 'Lo mismo para 1 más que dice exactamente esto',
  'The same for {} others that say exactly this': 'Lo mismo para otros {1} que dicen exactamente esto',
  'Look at 1 more that is like this, beside it': 'Ver 1 más que se parece, a su lado',
  'Look at {} more that are like this, beside it': 'Ver otros {1} que se parecen, a su lado',
  'This one': 'Este',
  'The other': 'El otro',
  'Files that are not the same: {}. Look at them on its own page.':
    'Archivos que no son los mismos: {1}. Véalos en su propia página.',
  'Released, this goes out too:': 'Si se entrega, esto también sale:',
  'I looked at it: the same for this one': 'Lo he visto: lo mismo para este',
  'The decision is kept for {} records, for each as its own.':
    'La decisión quedó guardada para {1} registros, para cada uno como propia.',
  'A record is named twice. Name each once.': 'Un registro se nombra dos veces. Nombre cada uno una vez.',
  'The same cannot be decided about the record {}, so nothing was kept: it says something else, something of its own would go out with it, or somebody was there meanwhile. Leave it out, and decide about it on its own page.':
    'No se puede decidir lo mismo sobre el registro {1}, así que no se guardó nada: dice otra cosa, saldría con él algo propio, o alguien estuvo allí entretanto. Déjelo fuera y decida sobre él en su propia página.',
  'And under further provisions': 'Y según otras disposiciones',
  'And under': 'Y según',
  'No other': 'Ninguna otra',
  'Withhold what stands beside its pixels': 'Retener lo que acompaña a sus píxeles',
  'Place, camera, words, a small second picture: it is drawn anew without them.':
    'Lugar, cámara, palabras, una segunda imagen pequeña: se dibuja de nuevo sin ellos.',
  'A provision is cited twice for the same. Cite each once.':
    'Una disposición se cita dos veces para lo mismo. Cite cada una una vez.',
  'This goes out too': 'Esto también sale',
  'Nobody withheld it. Where something of it is not to go out, choose “Part of it”, and withhold it.':
    'Nadie lo retuvo. Si algo de ello no debe salir, elija «Una parte» y reténgalo.',
  'I have seen all of this, and it goes out': 'He visto todo esto, y sale',
  'What you withhold may stand in it.': 'Lo que usted retiene puede estar en él.',
  'It says more than the content that was removed.': 'Dice más que el contenido que se eliminó.',
  'Seen, and let go out: {}': 'Visto y dejado salir: {1}',
  'Something goes out that nobody acknowledged': 'Sale algo que nadie ha reconocido',
  'Something goes out with this that is easily forgotten: what looks like somebody’s number or address or like a child’s age, what is no content of a post, or a file in which withheld words stand. Nothing was kept. Withhold it, or say that you saw it and that it goes out.':
    'Con esto sale algo que se olvida fácilmente: lo que parece el número o la dirección de alguien o la edad de un menor, lo que no es contenido de una publicación, o un archivo que contiene palabras retenidas. No se guardó nada. Reténgalo, o diga que lo vio y que sale.',
  'Something is acknowledged that does not go out with this decision, or twice. Name what goes out, each once.':
    'Se reconoce algo que no sale con esta decisión, o dos veces. Nombre lo que sale, cada cosa una vez.',
  'This goes out with the decision. Withhold it, or name it here.':
    'Esto sale con la decisión. Reténgalo o nómbrelo aquí.',
  'By its marks; without one, nothing chosen': 'Según sus marcas; sin ninguna, nada elegido',
  'Withhold what is marked': 'Retener lo marcado',
  'said later, {}': 'dicho después, {1}',
  'Marks in: {}': 'Marcas en: {1}',
  'Withhold these words wherever they stand in this text':
    'Retener estas palabras dondequiera que estén en este texto',
  'Exactly as they stand there, one passage on each line.':
    'Exactamente como están allí, un pasaje por línea.',
  'Decision: {}': 'Decisión: {1}',
  'The same as for all': 'La misma que para todo',
  'File {}': 'Archivo {1}',
  ': {}': ': {1}',
  'What a program read in it has these; look where they stand:':
    'Lo que un programa leyó en ella tiene esto; busque dónde está:',
  '{} by {} pixels': '{1} por {2} píxeles',
  'Boxes over file {}': 'Recuadros sobre el archivo {1}',
  'One on each line, in pixels from the upper left corner: left, top, width, height.':
    'Uno por línea, en píxeles desde la esquina superior izquierda: izquierda, arriba, ancho, alto.',
  'Decision: file {}': 'Decisión: archivo {1}',
  // Fields.
  'Text of the content': 'Texto del contenido',
  'The content as HTML': 'El contenido como HTML',
  'What it answers to': 'A qué responde',
  'Name of the author': 'Nombre del autor',
  'Handle of the author': 'Alias del autor',
  'The platform’s id of the author': 'El identificador del autor en la plataforma',
  'Address of the author’s profile': 'Dirección del perfil del autor',
  'E-mail address of the author': 'Correo electrónico del autor',
  'Network address of the author': 'Dirección de red del autor',
  'Note about the author': 'Nota sobre el autor',
  'Why it was done, in words': 'Por qué se hizo, en palabras',
  'Who did it': 'Quién lo hizo',
  Notes: 'Notas',
  // How far a provision was read, and how sure a mark is.
  'read in the statute': 'leído en la ley',
  'read in a copy only': 'leído solo en una copia',
  'read in a summary only': 'leído solo en un resumen',
  'number not verified': 'número sin verificar',
  'only the heading was read': 'solo se leyó el título',
  likely: 'probable',
  possible: 'posible',
  uncertain: 'incierto',
  'Marked by a person.': 'Marcado por una persona.',
  'It has the form of an e-mail address.': 'Tiene la forma de una dirección de correo electrónico.',
  'It reads as an e-mail address that is written out in words.':
    'Se lee como una dirección de correo escrita con palabras.',
  'Ten digits in a row that could be a telephone number.':
    'Diez cifras seguidas que podrían ser un número de teléfono.',
  'A telephone number, after a word that says so.': 'Un número de teléfono, tras una palabra que lo dice.',
  'Ten digits, written as a telephone number is.': 'Diez cifras, escritas como un número de teléfono.',
  'Seven digits, written as a local telephone number is.':
    'Siete cifras, escritas como un número de teléfono local.',
  'It begins as an international telephone number does.': 'Empieza como un número de teléfono internacional.',
  'Nine digits that can be a Social Security number, after a word that says so.':
    'Nueve cifras que pueden ser un número de Seguro Social, tras una palabra que lo dice.',
  'Nine digits in the groups of a Social Security number, none of which is one that is never assigned.':
    'Nueve cifras en los grupos de un número de Seguro Social, ninguno de los que nunca se asignan.',
  '{} digits that begin as those of {} and whose check digit is right.':
    '{1} cifras que empiezan como las de {2} y cuya cifra de control es correcta.',
  'A number, a name and a word for a street.': 'Un número, un nombre y una palabra para una calle.',
  'A post office box.': 'Un apartado postal.',
  'A child, and an age below eighteen.': 'Un menor y una edad inferior a dieciocho años.',
  'An age below eighteen.': 'Una edad inferior a dieciocho años.',
  'A school grade.': 'Un grado escolar.',
  'A word for a child at school.': 'Una palabra para un niño en la escuela.',
  'Somebody’s child, who may be a minor.': 'El hijo de alguien, que puede ser menor de edad.',
  'A word for somebody who is not of age.': 'Una palabra para alguien que no es mayor de edad.',
  // What is refused.
  'There is no such record in the set of this request. Search for it, or name it, first.':
    'No hay tal registro en el conjunto de esta solicitud. Primero búsquelo o indíquelo.',
  'What is released is decided by a person who signed in, not by a key. Sign in, and decide there.':
    'Lo que se entrega lo decide una persona que haya iniciado sesión, no una clave. Inicie sesión y decida allí.',
  'Until when records are kept is said by a person who signed in, not by a key. Sign in, and say it there.':
    'Hasta cuándo se guardan los registros lo indica una persona que haya iniciado sesión, no una clave. Inicie sesión e indíquelo allí.',
  'This request is closed: nothing more is looked for because of it. If the same person asks again, enter another request.':
    'Esta solicitud está cerrada: ya no se busca nada más por ella. Si la misma persona pide de nuevo, registre otra solicitud.',
  'This request is closed: nothing more is decided because of it. If the same person asks again, enter another request.':
    'Esta solicitud está cerrada: ya no se decide nada más por ella. Si la misma persona pide de nuevo, registre otra solicitud.',
  'It is kept until a later day, as was said before, so nothing was changed. It can be kept for longer, and not for shorter.':
    'Se conserva hasta un día posterior, como ya se dijo, así que no se cambió nada. Puede conservarse por más tiempo, y no por menos.',
  'Until when it is kept is said when the request is closed, or after. Close it first: while it is open, everything of it is kept.':
    'Hasta cuándo se guarda se indica al cerrar la solicitud o después. Ciérrela primero: mientras está abierta, se guarda todo.',
  'Something of this record is not sealed yet, so nothing can be proven about it. That takes seconds; then decide.':
    'Algo de este registro aún no está sellado, así que no se puede probar nada sobre él. Tarda segundos; decida entonces.',
  'Everything is released here. Say “release”.': 'Aquí se entrega todo. Elija «Entregarlo».',
  'The note has more than 5,000 characters.': 'La nota tiene más de 5,000 caracteres.',
  'This form is not as the page made it. Open the page again.':
    'Este formulario no es como lo hizo la página. Abra la página de nuevo.',
  'A mark of this form is not as the page made it. Open the page again.':
    'Una marca de este formulario no es como la hizo la página. Abra la página de nuevo.',
  'Choose what is to be done with this record: release it, part of it, withhold it, or say that it does not answer.':
    'Elija qué se hace con este registro: entregarlo, una parte, retenerlo, o decir que no responde.',
  'Describe in general terms what is withheld (610.024), or say that a description would reveal it.':
    'Describa en términos generales lo que se retiene (610.024), o diga que una descripción lo revelaría.',
  'Either describe what is withheld, or say that a description would reveal it; not both.':
    'Describa lo que se retiene o diga que una descripción lo revelaría; no las dos cosas.',
  'Nothing is withheld without the provision that closes it. Choose an exemption.':
    'Nada se retiene sin la disposición que lo cierra. Elija una excepción.',
  '“{}” does not stand in this text. Type it as it stands there, letter for letter.':
    '«{1}» no está en este texto. Escríbalo como está allí, letra por letra.',
  '“{}” is no box of file {}. Expected four numbers on a line: left, top, width, height, in pixels.':
    '«{1}» no es un recuadro del archivo {2}. Se esperaban cuatro números en una línea: izquierda, arriba, ancho, alto, en píxeles.',
  'Somebody else decided about this record meanwhile, or something came to it. Nothing was changed: look at it again, and decide then.':
    'Entretanto otra persona decidió sobre este registro, o le llegó algo. No se cambió nada: mírelo de nuevo y decida entonces.',
  'There is no decision about {}, or more than one. Decide once: release, part, or withhold.':
    'No hay decisión sobre {1}, o hay más de una. Decida una vez: entregar, una parte o retener.',
};
