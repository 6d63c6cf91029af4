/** The desk of requests: the list, entering one, one of them, and its steps. */
import type { Messages } from '../../language.ts';

export const requests: Messages = {
  'records in the set: {}': 'registros en el conjunto: {1}',
  'still to decide: {}': 'por decidir: {1}',
  'letters sent: {}': 'cartas enviadas: {1}',
  'productions: {}': 'entregas: {1}',
  Requests: 'Solicitudes',
  'All requests': 'Todas las solicitudes',
  'Nothing is due today or on the next business day.': 'Nada vence hoy ni el próximo día hábil.',
  'Overdue: {}': 'Vencidas: {1}',
  'Due today: {}': 'Vencen hoy: {1}',
  'Due on the next business day: {}': 'Vencen el próximo día hábil: {1}',
  'Not yet with the custodian of records: {}': 'Aún no las tiene el custodio de los registros: {1}',
  'Statements of the grounds owed: {}': 'Declaraciones de fundamentos pendientes: {1}',
  'Enter a request': 'Registrar una solicitud',
  'Number or words': 'Número o palabras',
  'How it stands': 'Estado',
  All: 'Todas',
  'Whatever is not over': 'Lo que no ha terminado',
  'A statement of the grounds is owed': 'Se debe una declaración de los fundamentos',
  'Not yet with the custodian of records': 'Aún no la tiene el custodio de los registros',
  'Being worked on': 'En trabajo',
  'Waits for the requester’s answer': 'Espera la respuesta del solicitante',
  'Waits for a payment': 'Espera un pago',
  'Takes longer': 'Tarda más',
  'No request was entered yet.': 'Aún no se ha registrado ninguna solicitud.',
  'To be acted on': 'Por atender',
  'Where an answer reaches them, said later': 'Adónde les llega una respuesta, dicho después',
  'How it is known:': 'Cómo se sabe:',
  'Say where an answer reaches them': 'Decir adónde les llega una respuesta',
  'An answer reaches them somewhere else': 'Una respuesta les llega a otro lugar',
  'How do you know?': '¿Cómo lo sabe?',
  'Add where it reaches them': 'Añadir adónde les llega',
  'Say where an answer reaches them.': 'Diga adónde les llega una respuesta.',
  'Say in 1 to 2,000 characters how you know.': 'Diga en 1 a 2.000 caracteres cómo lo sabe.',
  'It is on file where an answer reaches them, and letters go there from now on.':
    'Consta adónde les llega una respuesta, y las cartas van allí desde ahora.',
  'The mail as it came': 'El correo tal como llegó',
  'Attached, {}': 'Adjunto, {1}',
  'Take it in as a file at the end of this page; or paste the whole of it, with the lines that say who sent it and when.':
    'Incorpórelo como archivo al final de esta página; o péguelo entero, con las líneas que dicen quién lo envió y cuándo.',
  'Proposed from the line “Received” of the mail, which the last mail server wrote. Look whether that was yours.':
    'Propuesto a partir de la línea «Received» del correo, que escribió el último servidor de correo. Mire si era el suyo.',
  'Proposed from the line “Date” of the mail, which the machine of its sender wrote: it may have reached you later.':
    'Propuesto a partir de la línea «Date» del correo, que escribió la máquina de quien lo envió: puede haberle llegado después.',
  'The mail does not say when it came, in a way that can be read.':
    'El correo no dice cuándo llegó de un modo que se pueda leer.',
  'It came by mail: the mail as a file (.eml), at most 20 MB':
    'Llegó por correo electrónico: el correo como archivo (.eml), 20 MB como máximo',
  'Save it from your mail program. Its words are proposed in this form, and the mail is kept as it came, with what is attached.':
    'Guárdelo desde su programa de correo. En este formulario se proponen sus palabras, y el correo se guarda tal como llegó, con lo adjunto.',
  'Take the mail in': 'Incorporar el correo',
  'The mail, as it says': 'El correo, según dice',
  'Attached, and kept with it:': 'Adjunto, y guardado con él:',
  'It has no plain text: below is what its HTML says, without pictures and without anything from elsewhere.':
    'No tiene texto simple: abajo está lo que dice su HTML, sin imágenes y sin nada de otro lugar.',
  'Nothing is entered yet. Look at each field, and change what is not so.':
    'Todavía no se registró nada. Mire cada campo y cambie lo que no sea así.',
  'A mail has at most 20 MB here. Enter it as a letter, and ask for what is attached.':
    'Un correo tiene aquí 20 MB como máximo. Regístrelo como carta, y pida lo adjunto.',
  'This mail is nested too deeply, or its head is too long. Enter it as a letter, by hand.':
    'Este correo está anidado demasiado hondo, o su cabecera es demasiado larga. Regístrelo a mano, como carta.',
  'This is no mail: expected a file as mail programs save it (.eml), with lines such as From, Date and Subject at its head.':
    'Esto no es un correo: se esperaba un archivo como lo guardan los programas de correo (.eml), con líneas como From, Date y Subject en su cabecera.',
  'More than 200 files are attached to this mail. Enter it as a letter, by hand.':
    'Este correo lleva más de 200 archivos adjuntos. Regístrelo a mano, como carta.',
  'This form cannot be read: expected multipart/form-data.':
    'Este formulario no se puede leer: se esperaba multipart/form-data.',
  'Choose the file of a mail first.': 'Elija antes el archivo de un correo.',
  'This mail was entered already, or more than a day has passed since it was taken in. Take it in once more.':
    'Este correo ya se registró, o pasó más de un día desde que se incorporó. Incorpórelo otra vez.',
  'What was released': 'Lo que se entregó',
  'No production of it was released.': 'No se preparó ninguna entrega que saliera.',
  'Production {}': 'Entrega {1}',
  'Records: {}. Pages: {}. Withheld: {}. Released:':
    'Registros: {1}. Páginas: {2}. Retenidos: {3}. Entregada:',
  'No letter on file tells of it.': 'Ninguna carta del expediente habla de ella.',
  'Acted on, and not closed': 'Atendidas, y sin cerrar',
  'Answered on {}, and not closed yet': 'Contestada el {1}, y aún sin cerrar',
  'Answered in part: the rest is to be acted on': 'Contestada en parte: el resto está por atender',
  Ended: 'Terminadas',
  'More requests': 'Más solicitudes',
  'Back to the first': 'Volver a las primeras',
  'This page of the list is not known. Begin at the first.':
    'Esta página de la lista no se conoce. Empiece por la primera.',
  'The calendar of the office, by which days are counted':
    'El calendario de la oficina, con el que se cuentan los días',
  'Overdue: it was due by the end of {}': 'Vencida: vencía al final del {1}',
  'Due today, {}, and the office has closed': 'Vence hoy, {1}, y la oficina ya cerró',
  'Due today, {}': 'Vence hoy, {1}',
  'Due on the next business day, {}': 'Vence el próximo día hábil, {1}',
  'Due by the end of {}': 'Vence al final del {1}',
  'Alarm: the custodian does not have it, and counted from its first receipt it would be due by the end of {}':
    'Alarma: el custodio no la tiene, y contado desde su primera recepción vencería al final del {1}',
  'Alarm: the custodian does not have it, and counted from its first receipt it would have been due by the end of {}':
    'Alarma: el custodio no la tiene, y contado desde su primera recepción habría vencido al final del {1}',
  'Acted on by a delay letter that promises no time':
    'Atendida con una carta de demora que no promete ninguna hora',
  'The time that the delay letter promised is over: {}':
    'Pasó el momento que prometió la carta de demora: {1}',
  'Acted on by a delay letter; earliest time promised: {}':
    'Atendida con una carta de demora; lo más temprano que prometió: {1}',
  'Counted from its first receipt: {}': 'Contado desde su primera recepción: {1}',
  'Statement of the grounds. Overdue: it was due by the end of {}':
    'Declaración de los fundamentos. Vencida: vencía al final del {1}',
  'Statement of the grounds. Due today, {}, and the office has closed':
    'Declaración de los fundamentos. Vence hoy, {1}, y la oficina ya cerró',
  'Statement of the grounds. Due today, {}': 'Declaración de los fundamentos. Vence hoy, {1}',
  'Statement of the grounds. Due on the next business day, {}':
    'Declaración de los fundamentos. Vence el próximo día hábil, {1}',
  'Statement of the grounds. Due by the end of {}': 'Declaración de los fundamentos. Vence al final del {1}',
  'It was due by the end of {}': 'Vencía al final del {1}',
  'Stands at least through {}': 'Sigue en pie al menos hasta el {1}',
  'no name was given': 'no se dio nombre',
  'no contact: nothing reaches them': 'sin contacto: nada le llega',
  'First received': 'Primera recepción',
  'On the public page': 'En la página pública',
  'A letter': 'Una carta',
  'An e-mail': 'Un correo electrónico',
  'A phone call': 'Una llamada',
  'In person': 'En persona',
  'Granted: all of it was given': 'Concedida: se entregó todo',
  'Granted in part': 'Concedida en parte',
  Denied: 'Denegada',
  'No such records were found': 'No se encontraron tales registros',
  'Withdrawn by the requester': 'Retirada por el solicitante',
  'Lapsed: nobody paid or answered after a notice (610.026)':
    'Caducada: nadie pagó ni respondió tras un aviso (610.026)',
  'Nobody who asks owes a name, a form or a reason. What they wrote is kept as it came, and is never changed.':
    'Quien solicita no debe nombre, formulario ni motivo. Lo que escribió se guarda como llegó y nunca se cambia.',
  'How did it come?': '¿Cómo llegó?',
  'Type or paste what it says, all of it.': 'Escriba o pegue lo que dice, todo.',
  'Write down what was asked, in the words of the call.':
    'Anote lo que se pidió, con las palabras de la llamada.',
  'Write down what was asked, in the words that were said.':
    'Anote lo que se pidió, con las palabras que se dijeron.',
  'What was asked': 'Lo que se solicitó',
  'As it came, not a letter changed.': 'Como llegó, sin cambiar una letra.',
  'First received by anybody of the body': 'Primera recepción por cualquiera del organismo',
  'Day and time, as the clocks of the office show them ({}).':
    'Día y hora, como los muestran los relojes de la oficina ({1}).',
  'Received by the custodian of records': 'Recibida por el custodio de los registros',
  'The clock of the law runs from then. Leave it empty only while the custodian does not have it: then an alarm runs from the first receipt.':
    'El plazo de la ley corre desde entonces. Déjelo vacío solo mientras el custodio no la tenga: entonces corre una alarma desde la primera recepción.',
  'Who asks, if they said so': 'Quién solicita, si lo dijo',
  'Where an answer reaches them': 'Dónde le llega una respuesta',
  'An e-mail or postal address, or a telephone number. Without one, no question, invoice or notice reaches them.':
    'Un correo electrónico, una dirección postal o un número de teléfono. Sin eso no le llega ninguna pregunta, factura ni aviso.',
  'In which format they want it': 'En qué formato lo quiere',
  'Only if they said so. They get it where it is available (610.023.3).':
    'Solo si lo dijo. Lo recibe así cuando está disponible (610.023.3).',
  'In which language they want the answer': 'En qué idioma quiere la respuesta',
  'Enter this request': 'Registrar esta solicitud',
  'Back to the requests': 'Volver a las solicitudes',
  'Request {}': 'Solicitud {1}',
  'Work on this request': 'Trabajo en esta solicitud',
  Collect: 'Reunir',
  'Search for what was asked, hold it, and keep the set of records that answer.':
    'Busque lo que se solicitó, resérvelo y guarde el conjunto de registros que responden.',
  'Decide on each record: all of it, part of it, or nothing, and under which law.':
    'Decida sobre cada registro: todo, una parte o nada, y según qué ley.',
  'Review the records': 'Revisar los registros',
  'Letters and money': 'Cartas y dinero',
  'Write what the law wants written, estimate the fee, and certify a search.':
    'Escriba lo que la ley quiere por escrito, calcule el costo y certifique una búsqueda.',
  Productions: 'Entregas',
  'Pack what is released, have it checked, and hand it out.':
    'Empaque lo que se entrega, haga que se revise y entréguelo.',
  'How it came': 'Cómo llegó',
  'Who asks': 'Quién solicita',
  'No name was given, and none is needed.': 'No se dio nombre, y no hace falta ninguno.',
  Contact: 'Contacto',
  Format: 'Formato',
  Language: 'Idioma',
  'None was given: no question, invoice or notice reaches them. Whoever has the number sees how the request stands.':
    'No se dio ninguno: no le llega ninguna pregunta, factura ni aviso. Quien tenga el número ve el estado de la solicitud.',
  'Received by the custodian': 'Recibida por el custodio',
  Entered: 'Registrada',
  'Nobody said: what was asked for is kept without end.': 'Nadie lo dijo: lo solicitado se conserva sin fin.',
  'Receipts that were corrected': 'Recepciones corregidas',
  'First received: it said': 'Primera recepción: decía',
  'Received by the custodian: it said': 'Recibida por el custodio: decía',
  '; it is': '; es',
  'Why:': 'Por qué:',
  'Its clock, explained': 'Su plazo, explicado',
  'No letter on file explains the delay. Until one does, the day by which the request is to be acted on stands.':
    'Ninguna carta en el expediente explica la demora. Hasta que una lo haga, rige el día hasta el cual se debe atender la solicitud.',
  'The statement of the grounds of a denial': 'La declaración de los fundamentos de una denegación',
  'If nobody pays or answers': 'Si nadie paga ni responde',
  Correspondence: 'Correspondencia',
  'Nothing was written about it yet.': 'Aún no se ha escrito nada sobre ella.',
  'More correspondence': 'Más correspondencia',
  'Asked for: {}': 'Se pidió: {1}',
  'Available at the earliest': 'Disponible lo más temprano',
  'What to do': 'Qué hacer',
  'The custodian of records has it': 'El custodio de los registros la tiene',
  'The clock of the law runs from then. It is said once; a wrong time is corrected with its reason.':
    'El plazo de la ley corre desde entonces. Se dice una vez; una hora equivocada se corrige con su motivo.',
  'Start its clock': 'Iniciar su plazo',
  'Add what came or went, or a note': 'Agregar lo que llegó o salió, o una nota',
  'A note of your own': 'Una nota propia',
  'It came in': 'Llegó',
  'It came in, and asks for the grounds of a denial (610.023.4)':
    'Llegó, y pide los fundamentos de una denegación (610.023.4)',
  'It went out': 'Salió',
  'It went out, and asks what is meant': 'Salió, y pregunta qué se quiere decir',
  'It went out, and asks for a payment': 'Salió, y pide un pago',
  'It went out: a notice that the request will lapse (610.026)':
    'Salió: un aviso de que la solicitud caducará (610.026)',
  'It went out, and explains the delay (610.023.3)': 'Salió, y explica la demora (610.023.3)',
  'It went out: the statement of the grounds of a denial (610.023.4)':
    'Salió: la declaración de los fundamentos de una denegación (610.023.4)',
  'How did it come or go?': '¿Cómo llegó o salió?',
  'When it came or went': 'Cuándo llegó o salió',
  'As it came or went. It is added, and never changed.': 'Como llegó o salió. Se agrega, y nunca se cambia.',
  'If it asks for a payment: how many dollars': 'Si pide un pago: cuántos dólares',
  'Such as 45.50. Left empty, the longer time counts before the request can lapse.':
    'Por ejemplo 45.50. Si queda vacío, cuenta el plazo más largo antes de que la solicitud pueda caducar.',
  'If it explains a delay: when the records are available at the earliest':
    'Si explica una demora: cuándo estarán disponibles los registros lo más temprano',
  'The law wants this in the letter (610.023.3), with the cause and the place.':
    'La ley quiere esto en la carta (610.023.3), con la causa y el lugar.',
  'Add it': 'Agregarlo',
  'Say what is awaited': 'Decir qué se espera',
  'What is awaited now?': '¿Qué se espera ahora?',
  'Close this request': 'Cerrar esta solicitud',
  'How does it end?': '¿Cómo termina?',
  'No mail server took what you wrote in {}, for three days: it reached nobody, and counts for no clock. Look at the address, and send it again or print it.':
    'Ningún servidor de correo aceptó durante tres días lo que escribió en {1}: no le llegó a nadie y no cuenta para ningún plazo. Revise la dirección y envíelo otra vez o imprímalo.',
  'Appeal until': 'Apelación hasta',
  'What was asked for is kept until the end of this day. Left empty, it is kept without end.':
    'Lo solicitado se conserva hasta el final de este día. Si queda vacío, se conserva sin fin.',
  'A closed request stays closed. If the same person asks again, enter another request.':
    'Una solicitud cerrada queda cerrada. Si la misma persona vuelve a pedir algo, registre otra solicitud.',
  'Close it': 'Cerrarla',
  'Correct a time of receipt': 'Corregir una hora de recepción',
  'Why was it wrong?': '¿Por qué estaba mal?',
  'It stays on file with what was said before, and with your name.':
    'Queda en el expediente con lo que se dijo antes y con su nombre.',
  'Correct it': 'Corregirla',
  'The request is entered, and has its number.': 'La solicitud está registrada y tiene su número.',
  'The custodian of records has it, and its clock runs.':
    'El custodio de los registros la tiene, y su plazo corre.',
  'It is added.': 'Está agregado.',
  'What is awaited is changed.': 'Lo que se espera está cambiado.',
  'The request is closed.': 'La solicitud está cerrada.',
  'The receipt is corrected. What was said before stays on file.':
    'La recepción está corregida. Lo que se dijo antes queda en el expediente.',
  'Say how it came.': 'Diga cómo llegó.',
  'Expected a day and a time, such as 2026-11-21 14:03.':
    'Se esperaba un día y una hora, por ejemplo 2026-11-21 14:03.',
  'The clocks of the office never show this time: they go forward on that day.':
    'Los relojes de la oficina nunca muestran esta hora: ese día se adelantan.',
  'This lies in the future. Expected when it was, not when it will be.':
    'Esto está en el futuro. Se esperaba cuándo fue, no cuándo será.',
  'This holds characters that are no text. Type it anew.':
    'Esto contiene caracteres que no son texto. Escríbalo de nuevo.',
  'Say when the body first received it: a day and a time.':
    'Diga cuándo la recibió el organismo por primera vez: un día y una hora.',
  'This lies before its first receipt. The body receives a request when the custodian does, or earlier.':
    'Esto es antes de su primera recepción. El organismo recibe una solicitud cuando la recibe el custodio, o antes.',
  'Say when the custodian of records received it: a day and a time.':
    'Diga cuándo la recibió el custodio de los registros: un día y una hora.',
  'Nothing is different from what is on file.': 'Nada es distinto de lo que está en el expediente.',
  'Say in 1 to 2,000 characters why it was wrong.': 'Diga en 1 a 2,000 caracteres por qué estaba mal.',
  'Say what it is.': 'Diga qué es.',
  'Say how it came or went.': 'Diga cómo llegó o salió.',
  'Say when it came or went: a day and a time.': 'Diga cuándo llegó o salió: un día y una hora.',
  'Expected dollars, and cents behind a point, such as 45 or 45.50.':
    'Se esperaban dólares, y centavos tras un punto, por ejemplo 45 o 45.50.',
  'Only what asks for a payment has a sum. Leave it empty, or say above that it asks for one.':
    'Solo lo que pide un pago tiene un importe. Déjelo vacío, o diga arriba que pide uno.',
  'Only what explains a delay promises a time. Leave it empty, or say above that it explains one.':
    'Solo lo que explica una demora promete un momento. Déjelo vacío, o diga arriba que explica una.',
  'Say how it ends.': 'Diga cómo termina.',
  'This day lies in the past. Expected a day from today on, or nothing.':
    'Este día está en el pasado. Se esperaba un día desde hoy, o nada.',
  'Say what is awaited now.': 'Diga qué se espera ahora.',
  'Nothing says where its requester is reached, so the notice reached nobody and this request does not lapse. Say where an answer reaches them and send the notice again, or note that it was given to them in person or by telephone.':
    'Nada dice cómo se llega a quien la pidió, así que el aviso no llegó a nadie y esta solicitud no caduca. Diga adónde le llega una respuesta y envíe el aviso otra vez, o anote que se le dio en persona o por teléfono.',
  'A request lapses only when it waits for a payment or an answer, a notice that it will lapse went to the requester, and the days after it are over (610.026 RSMo, read second-hand). Its clock says which day that is.':
    'Una solicitud caduca solo cuando espera un pago o una respuesta, se envió al solicitante un aviso de que caducará, y pasaron los días siguientes (610.026 RSMo, leído de segunda mano). Su plazo dice qué día es.',
  'The receipts of this request are not what this corrects, so nothing was changed. Read it again; a receipt is corrected with its reason, and both stay on file.':
    'Las recepciones de esta solicitud no son las que esto corrige, así que no se cambió nada. Consúltela de nuevo; una recepción se corrige con su motivo, y ambas quedan en el expediente.',
};
