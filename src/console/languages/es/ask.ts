/** Requests for public records: the pages on which anybody asks, and what is refused. */
import type { Messages } from '../../language.ts';

export const ask: Messages = {
  'Ask for public records': 'Solicitar registros públicos',
  'You need no account, and give no reason. Only what you ask for must be filled in.':
    'No necesita cuenta ni tiene que dar un motivo. Solo hay que llenar lo que solicita.',
  'What do you ask for?': '¿Qué solicita?',
  'In your own words. It helps to say what it is about, from when, and from which page or account.':
    'Con sus propias palabras. Ayuda decir de qué se trata, de cuándo, y de qué página o cuenta.',
  'Your name, if you like': 'Su nombre, si quiere',
  'Where an answer reaches you, if you like': 'Dónde le llega la respuesta, si quiere',
  'An e-mail or postal address, or a telephone number. Without one, only the number that you get leads to how your request stands.':
    'Un correo electrónico, una dirección postal o un número de teléfono. Sin eso, solo el número que reciba lleva al estado de su solicitud.',
  'In which format, if you like': 'En qué formato, si quiere',
  'Such as PDF, a spreadsheet, or paper. You get it where it is available.':
    'Por ejemplo PDF, una hoja de cálculo o papel. Lo recibe así cuando está disponible.',
  'In which language the answer, if you like': 'En qué idioma la respuesta, si quiere',
  'Too many ask at this moment, so nothing was sent yet. What you typed is still here: wait half a minute and send it again.':
    'Demasiadas personas solicitan en este momento, así que aún no se envió nada. Lo que escribió sigue aquí: espere medio minuto y envíelo de nuevo.',
  'Send the request': 'Enviar la solicitud',
  'A public body acts on a request as soon as possible, and no later than the end of the third business day after the day on which its custodian of records received it (610.023.3 RSMo). Getting the records may take longer, for reasonable cause; then you are told why, and when and where you get them.':
    'Un organismo público atiende una solicitud lo antes posible, y a más tardar al final del tercer día hábil después del día en que su custodio de registros la recibió (610.023.3 RSMo). Entregar los registros puede tardar más, por causa razonable; entonces se le dice por qué, y cuándo y dónde los recibe.',
  'Or see how a request stands': 'O consulte el estado de una solicitud',
  'By its number': 'Por su número',
  'Number of the request': 'Número de la solicitud',
  'Number of the request:': 'Número de la solicitud:',
  'See how it stands': 'Consultar el estado',
  'This is no number of a request. It has four groups of four letters and figures, such as 7K3M-9QXD-41TV-WZ2B.':
    'Este no es el número de una solicitud. Tiene cuatro grupos de cuatro letras y cifras, por ejemplo 7K3M-9QXD-41TV-WZ2B.',
  'Blanks alone say nothing. Write it in words.':
    'Los espacios en blanco solos no dicen nada. Escríbalo con palabras.',
  'This is too long: at most {} characters.': 'Es demasiado largo: {1} caracteres como máximo.',
  'How your request stands': 'Estado de su solicitud',
  'Your request was received. Keep its number: whoever has it can see how the request stands, and without it nobody can.':
    'Su solicitud se recibió. Guarde su número: quien lo tenga puede ver el estado de la solicitud, y sin él nadie puede.',
  'It was due by the end of': 'El plazo terminaba al final del',
  'It is to be acted on by the end of': 'Se debe atender a más tardar al final del',
  'The day by which it is to be acted on is known once the custodian of records has it.':
    'El día hasta el cual se debe atender se sabe cuando el custodio de los registros la tiene.',
  'Available at the earliest on': 'Disponible lo más temprano el',
  'Ask for something else': 'Solicitar otra cosa',
  'The body has your request. It waits for the custodian of records.':
    'El organismo tiene su solicitud. Espera al custodio de los registros.',
  'The custodian of records has your request and works on it.':
    'El custodio de los registros tiene su solicitud y trabaja en ella.',
  'The custodian of records asked you something, and waits for your answer.':
    'El custodio de los registros le preguntó algo y espera su respuesta.',
  'The custodian of records waits for a payment.': 'El custodio de los registros espera un pago.',
  'It takes longer. The custodian of records says why, and when and where the records will be available.':
    'Tarda más. El custodio de los registros dice por qué, y cuándo y dónde estarán disponibles los registros.',
  'The custodian of records has a question, and nowhere to send it: ask the public body what it is, with this number.':
    'El custodio de los registros tiene una pregunta y no sabe adónde enviarla: pregunte al organismo público cuál es, con este número.',
  'The custodian of records waits for a payment, and has nowhere to send the sum: ask the public body, with this number.':
    'El custodio de los registros espera un pago y no sabe adónde enviar el importe: pregunte al organismo público, con este número.',
  'Your request was answered, and there was nowhere to send it: ask the public body for it, with this number.':
    'Su solicitud fue respondida y no había adónde enviarla: pídala al organismo público, con este número.',
  'Your request is closed.': 'Su solicitud está cerrada.',
  'This public body takes no requests on this page. Write to it, call it or go there: no form and no reason is needed (610.023 RSMo).':
    'Esta entidad pública no recibe solicitudes en esta página. Escríbale, llámela o vaya en persona: no hace falta formulario ni motivo (610.023 RSMo).',
  'No request has this number here. Type it as it was given to you: four groups of four letters and figures.':
    'Aquí ninguna solicitud tiene este número. Escríbalo como se le dio: cuatro grupos de cuatro letras y cifras.',
  'There is no such public body here. Ask the body itself for the address of its page.':
    'Aquí no existe ese organismo público. Pida al organismo mismo la dirección de su página.',
  'The request cannot go to this state from the one that it is in. Read it again; GET /v1/requests/{id} says how it stands.':
    'La solicitud no puede pasar a este estado desde el que tiene. Consúltela de nuevo; GET /v1/requests/{id} dice cómo está.',
  'This request is closed, and stays so. If the same person asks again, enter another request.':
    'Esta solicitud está cerrada y así queda. Si la misma persona vuelve a pedir algo, registre otra solicitud.',
  'When the custodian received it was said before, or lies before its first receipt by the body. It is said once, because the clock runs from it.':
    'Ya se dijo cuándo la recibió el custodio, o eso es antes de que el organismo la recibiera. Se dice una sola vez, porque el plazo corre desde entonces.',
  'The calendar was changed meanwhile, so nothing was. Read it again, and send your change with the number that it has now.':
    'El calendario se modificó entretanto, así que no se cambió nada. Consúltelo de nuevo y envíe su cambio con el número que tiene ahora.',
  'The custodian of records has not received this request, so it cannot be answered yet. Say first when the custodian received it.':
    'El custodio de los registros no ha recibido esta solicitud, así que aún no se puede responder. Diga primero cuándo la recibió.',
  'There is no such request in this agency.': 'No existe esa solicitud en esta entidad.',
  'The request is not in the state that this begins from, so nothing was changed. Read it again; GET /v1/requests/{id} says how it stands.':
    'La solicitud no está en el estado del que parte este paso, así que no se cambió nada. Consúltela de nuevo; GET /v1/requests/{id} dice cómo está.',
  'A request is closed by a person who signed in, not by a key. Sign in, and close it there.':
    'Una solicitud la cierra una persona que inició sesión, no una clave. Inicie sesión y ciérrela allí.',
};
