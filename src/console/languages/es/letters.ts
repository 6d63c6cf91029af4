/** Letters of requests, their texts, and the rates of fees; and why a letter does not go out. */
import type { Messages } from '../../language.ts';

export const letters: Messages = {
  'Write a letter': 'Escribir una carta',
  'Kind of letter': 'Tipo de carta',
  Acknowledgement: 'Acuse de recibo',
  'Delay, with cause, place, time and date': 'Demora, con causa, lugar, hora y fecha',
  'Estimate of the fee': 'Presupuesto de la tarifa',
  Invoice: 'Factura',
  'Denial, with the provision of law': 'Denegación, con la disposición de la ley',
  'Denial in part, with the provision of law': 'Denegación parcial, con la disposición de la ley',
  'Question to the requester': 'Pregunta a quien solicita',
  'Notice that the request may count as withdrawn': 'Aviso de que la solicitud puede darse por retirada',
  'Closing letter': 'Carta de cierre',
  'No records, with the certificate of a search': 'Sin registros, con el certificado de una búsqueda',
  'Records are handed out by a production of this request that is released, and not withdrawn. Release it first, or choose another one.':
    'Los registros se entregan con una entrega de esta solicitud que esté liberada y no retirada. Libérela primero, o elija otra.',
  'A letter that says how a request ended goes when it has ended so, and says that there were no records with the certificate of the last search alone.':
    'Una carta que dice cómo terminó una solicitud se envía cuando terminó así, y dice que no había registros solo con el certificado de la última búsqueda.',
  'A letter that hands out records leads to a production of this request that is released, by a link that has not ended. Release it first, or choose another one.':
    'Una carta que entrega registros lleva a una entrega de esta solicitud que esté liberada, por un enlace que no haya vencido. Libérela primero, o elija otra.',
  'Until the link ends it is a whole number of days, 1 to 90.':
    'Hasta que venza el enlace es un número entero de días, de 1 a 90.',
  'Here are the records, with the link to them': 'Aquí están los registros, con el enlace a ellos',
  'No production of this request is released, so there is nothing to hand out yet.':
    'Ninguna entrega de esta solicitud está liberada, así que todavía no hay nada que enviar.',
  'Go to the productions': 'Ir a las entregas',
  'Which production': 'Qué entrega',
  'Production {}: records in it {}, pages {}': 'Entrega {1}: registros que contiene {2}, páginas {3}',
  'From 1 to 90. The letter says the day.': 'De 1 a 90. La carta dice el día.',
  'The letter gets a link of its own, which is made when it goes. In the draft its place is':
    'La carta recibe un enlace propio, que se crea cuando sale. En el borrador su lugar es',
  ': leave it where the link is to stand.': ': déjelo donde haya de estar el enlace.',
  'Language of the letter': 'Idioma de la carta',
  'in English': 'en inglés',
  'in Spanish': 'en español',
  'Choose this kind': 'Elegir este tipo',
  'More staff or media are entered than this page has rows for: change the rates by calls (/docs), so that none is lost.':
    'Hay más personal o soportes anotados que filas en esta página: cambie las tarifas con llamadas (/docs), para que no se pierda ninguno.',
  'Letters sent': 'Cartas enviadas',
  'None yet.': 'Ninguna todavía.',
  'Certificate of search': 'Certificado de búsqueda',
  'It says where it was looked, for what, what was found, and what such a search does not show. A letter that there are no records needs one.':
    'Dice dónde se buscó, qué se buscó, qué se encontró y qué no demuestra una búsqueda así. Una carta de que no hay registros lo necesita.',
  'No search was made for this request yet.': 'Todavía no se hizo ninguna búsqueda para esta solicitud.',
  'Search for what was asked': 'Buscar lo que se pidió',
  'Texts of letters, and rates of fees': 'Textos de cartas y tarifas',
  'The cause of the further delay': 'La causa de la demora',
  'In detail: the law wants it explained (610.023.3 RSMo).':
    'En detalle: la ley exige que se explique (610.023.3 RSMo).',
  'The place at which the records will be available': 'El lugar en que estarán disponibles los registros',
  'The earliest date': 'La fecha más temprana',
  'The earliest time of that day': 'La hora más temprana de ese día',
  'Such as 09:30, by the clocks of your office.': 'Por ejemplo 09:30, según los relojes de su oficina.',
  'See the draft': 'Ver el borrador',
  'The law behind it:': 'La ley en que se basa:',
  'The letter': 'La carta',
  'Edit it as you need. The first line is its heading; lines that begin with a hyphen are a list.':
    'Modifíquela como haga falta. La primera línea es su título; las líneas que empiezan con un guion son una lista.',
  'What the law wants said in it, which must stay as it is':
    'Lo que la ley exige que diga, que debe quedar como está',
  'The requester gave no mail address: print the letter, and bring it on its way.':
    'Quien solicita no dio ninguna dirección de correo: imprima la carta y envíela.',
  'This archive has no mail server: print the letter, and bring it on its way.':
    'Este archivo no tiene servidor de correo: imprima la carta y envíela.',
  'Enter as sent, to print it': 'Anotarla como enviada, para imprimirla',
  'With this it stands in the correspondence of the request, and its clocks hang on it. It is never changed.':
    'Con esto queda en la correspondencia de la solicitud, y sus plazos dependen de ella. Nunca se cambia.',
  'The letter is sent: it stands in the correspondence of the request, and its paper is kept.':
    'La carta está enviada: queda en la correspondencia de la solicitud, y se guarda el documento.',
  'To be printed and brought on its way.': 'Hay que imprimirla y enviarla.',
  'PDF of letter {}': 'PDF de la carta {1}',
  PDF: 'PDF',
  'Text of letter {}': 'Texto de la carta {1}',
  Text: 'Texto',
  'Each letter is filled in from a text. Until you change one, ours is used. A place stands in a text as':
    'Cada carta se llena a partir de un texto. Mientras no cambie uno, se usa el nuestro. Un lugar está en un texto como',
  '; what the law wants in a letter must have its place.':
    '; lo que la ley exige en una carta debe tener su lugar.',
  Texts: 'Textos',
  '(ours)': '(el nuestro)',
  '(your own, number {})': '(el suyo, número {1})',
  'Rates of fees': 'Tarifas',
  'This body has entered no rates, so nothing can be charged.':
    'Este organismo no ha anotado tarifas, así que no se puede cobrar nada.',
  'These are number {}.': 'Estas son el número {1}.',
  '610.026 RSMo allows no more than ten cents for a page of up to nine by fourteen inches, and wants the work done by whoever results in the lowest charge.':
    '610.026 RSMo no permite más de diez centavos por una página de hasta nueve por catorce pulgadas, y exige que haga el trabajo quien resulte en el cargo más bajo.',
  'A page of a paper copy, in cents': 'Una página de una copia en papel, en centavos',
  '0 to 10.': 'De 0 a 10.',
  'Average hourly rate of clerical staff, in dollars':
    'Tarifa media por hora del personal administrativo, en dólares',
  'The most that an hour of duplicating paper may cost. Left empty, none is charged.':
    'Lo máximo que puede costar una hora de duplicar papel. Si se deja vacío, no se cobra.',
  'Average hourly rate of the staff that copies and programs, in dollars':
    'Tarifa media por hora del personal que copia y programa, en dólares',
  'The most that an hour of it may cost. Left empty, none is charged.':
    'Lo máximo que puede costar una hora de ello. Si se deja vacío, no se cobra.',
  'Staff {}': 'Personal {1}',
  'What an hour costs, in dollars': 'Lo que cuesta una hora, en dólares',
  'duplicating paper': 'duplicar papel',
  research: 'investigación',
  'copying electronic records': 'copiar registros electrónicos',
  programming: 'programación',
  'Medium {}': 'Soporte {1}',
  'What one costs, in dollars': 'Lo que cuesta uno, en dólares',
  'Where the figures are set': 'Dónde están fijadas las cifras',
  'Such as a resolution. Left empty, each estimate says that nobody has named it.':
    'Por ejemplo una resolución. Si se deja vacío, cada presupuesto dice que nadie lo ha indicado.',
  'Change the rates': 'Cambiar las tarifas',
  'The rates are changed. What was estimated stays as it was.':
    'Las tarifas se cambiaron. Lo presupuestado queda como estaba.',
  'Whoever asks for it gets an estimate before copies are made. What no rule allows, such as review by an attorney, is refused with its reason.':
    'Quien lo pide recibe un presupuesto antes de que se hagan copias. Lo que ninguna regla permite, como la revisión por un abogado, se rechaza con su motivo.',
  'This body has entered no rates, so nothing can be charged yet.':
    'Este organismo no ha anotado tarifas, así que todavía no se puede cobrar nada.',
  'Enter them': 'Anotarlas',
  'Charge {}': 'Cargo {1}',
  'What is charged': 'Qué se cobra',
  'Paper copies, by the page': 'Copias en papel, por página',
  'Time for duplicating paper, minutes': 'Tiempo para duplicar papel, minutos',
  'Research time, minutes': 'Tiempo de investigación, minutos',
  'Time for copying electronic records, minutes': 'Tiempo para copiar registros electrónicos, minutos',
  'Time for programming, minutes': 'Tiempo de programación, minutos',
  'Medium of the copy, pieces': 'Soporte de la copia, piezas',
  'Sheets larger than nine by fourteen inches': 'Hojas de más de nueve por catorce pulgadas',
  'Review by an attorney, minutes': 'Revisión por un abogado, minutos',
  'Time for redaction, minutes': 'Tiempo para ocultar partes, minutos',
  'Pages of electronic copies': 'Páginas de copias electrónicas',
  'How many': 'Cuántos',
  'Who does it, or which medium': 'Quién lo hace, o qué soporte',
  'Somebody else than the cheapest who can do it': 'Alguien que no es quien puede hacerlo por menos',
  'Why them': 'Por qué esa persona',
  'Which medium': 'Qué soporte',
  'Waived of it, in dollars, or “all”': 'De ello no se cobra, en dólares, o «todo»',
  'Left empty: nothing. A waiver is for the body to decide, in the public interest (610.026 RSMo, an older copy was read).':
    'Si se deja vacío: nada. No cobrar lo decide el organismo, en interés público (610.026 RSMo, se leyó una copia más antigua).',
  'Why it is waived': 'Por qué no se cobra',
  'To be paid before the request is fulfilled': 'Por pagar antes de que se atienda la solicitud',
  'What the review withholds is filled in. Change what you know better.':
    'Lo que la revisión retiene ya está puesto. Cambie lo que sepa mejor.',
  'All fees may be asked for before, since 28 August 2025 (610.026 RSMo, read in a copy only).':
    'Todas las tarifas pueden pedirse antes, desde el 28 de agosto de 2025 (610.026 RSMo, leído solo en una copia).',
  'Paid already, in dollars': 'Ya pagado, en dólares',
  'Such as 12.50. What is over is paid back.': 'Por ejemplo 12.50. Lo que sobra se devuelve.',
  'Not charged, and not counted:': 'No se cobra ni se cuenta:',
  'The text': 'El texto',
  'The first line is the heading; lines that begin with a hyphen are a list.':
    'La primera línea es el título; las líneas que empiezan con un guion son una lista.',
  'Places:': 'Lugares:',
  'Must stand in it:': 'Deben estar en él:',
  'Change the text': 'Cambiar el texto',
  'The text is changed. What was sent stays as it was.': 'El texto se cambió. Lo enviado queda como estaba.',
  'The question': 'La pregunta',
  'Nobody need say why they ask.': 'Nadie tiene que decir por qué pide.',
  'Nothing is to be typed: it is filled from the request.':
    'No hay nada que escribir: se llena con la solicitud.',
  'The last search is number {}, of': 'La última búsqueda es la número {1}, del',
  '; records found: {}.': '; registros encontrados: {1}.',
  'Certify this search': 'Certificar esta búsqueda',
  'The search is certified. The paper is below.': 'La búsqueda está certificada. El documento está abajo.',
  'Signed certificate (JSON)': 'Certificado firmado (JSON)',
  'The requester gave a mail address:': 'Quien solicita dio una dirección de correo:',
  'Send by mail': 'Enviar por correo',
  'On its way to the mail server.': 'En camino al servidor de correo.',
  'The mail server took it.': 'El servidor de correo la aceptó.',
  'No mail server took it for three days: print it, and bring it on its way.':
    'Ningún servidor de correo la aceptó en tres días: imprímala y envíela.',
  'The mail server has not taken it yet (': 'El servidor de correo todavía no la aceptó (',
  '); it is tried again.': '); se vuelve a intentar.',
  'The provisions of law under which access is denied (610.023.4 RSMo)':
    'Las disposiciones de la ley por las que se deniega el acceso (610.023.4 RSMo)',
  'They were read in copies only, not in the statute; the letter says so of each. All of them permit, and none demands.':
    'Se leyeron solo en copias, no en la ley; la carta lo dice de cada una. Todas permiten, y ninguna obliga.',
  'The other law, with 610.021(14) alone': 'La otra ley, solo con 610.021(14)',
  'Several: one on each line.': 'Varias: una en cada línea.',
  'With 610.021(18) and (19) alone: why disclosure would impair security':
    'Solo con 610.021(18) y (19): por qué la divulgación perjudicaría la seguridad',
  'With 610.021(18) and (19) alone: why the public interest in nondisclosure outweighs that in disclosure':
    'Solo con 610.021(18) y (19): por qué el interés público en no divulgar pesa más que el de divulgar',
  'With 610.021(26) alone: who has read its number in the statute':
    'Solo con 610.021(26): quién ha leído su número en la ley',
  'What is withheld, in general terms': 'Lo que se retiene, en términos generales',
  '610.024 RSMo wants a description, unless it would reveal what is closed.':
    '610.024 RSMo exige una descripción, salvo que revele lo que está cerrado.',
  'A description would reveal what is closed': 'Una descripción revelaría lo que está cerrado',
  'Then none is given, and the letter says so.': 'Entonces no se da ninguna, y la carta lo dice.',
  'The request stands through this day': 'La solicitud sigue en pie hasta este día',
  'Left empty, it is the earliest day that the period allows. A later one may be given, and no earlier one.':
    'Si se deja vacío, es el día más temprano que permite el plazo. Puede darse uno posterior, y ninguno anterior.',
  'How the request ended': 'Cómo terminó la solicitud',
  'granted: all of it was made available': 'concedida: se puso todo a disposición',
  'granted in part': 'concedida en parte',
  'access was denied': 'se denegó el acceso',
  'no record was found that answers it': 'no se encontró ningún registro que responda',
  'withdrawn by its requester': 'retirada por quien solicitó',
  'lapsed after a notice': 'caducada después de un aviso',
  // Why a letter does not go out.
  'A letter is sent, and a search certified, by a person who signed in, not by a key. Sign in, and do it there.':
    'Una carta la envía, y una búsqueda la certifica, una persona que inició sesión, no una clave. Inicie sesión y hágalo allí.',
  'The law would make this letter wrong': 'Según la ley, esta carta estaría mal',
  'Not a letter': 'No es una carta',
  'No such letter': 'No existe esa carta',
  'Not a mail that can be taken in': 'No es un correo que se pueda incorporar',
  'No such mail': 'No existe ese correo',
  'Not a text of a letter': 'No es el texto de una carta',
  'Not what may be charged': 'No es lo que se puede cobrar',
  'It was changed meanwhile': 'Se cambió entretanto',
  'No search is certified': 'Ninguna búsqueda está certificada',
  'Expected a text of 1 to 20,000 characters that is not blank, without the character NUL.':
    'Se esperaba un texto de 1 a 20,000 caracteres que no esté en blanco, sin el carácter NUL.',
  'There is no place {} in a letter of this kind. There are: {}.':
    'En una carta de este tipo no hay ningún lugar {1}. Hay: {2}.',
  'A letter of this kind must say it, so the text needs: {}.':
    'Una carta de este tipo debe decirlo, así que al texto le hace falta: {1}.',
  'Two braces begin a place, as {{tracking}}. Close it, or write it without.':
    'Dos llaves abren un lugar, como {{tracking}}. Ciérrelo, o escríbalo sin ellas.',
  'The letter has the place {}, and nothing is known to stand there. Say it, or take the place out of the text.':
    'La carta tiene el lugar {1}, y no se sabe qué poner allí. Dígalo, o quite el lugar del texto.',
  'Expected a letter of 1 to 50,000 characters that is not blank, without the character NUL.':
    'Se esperaba una carta de 1 a 50,000 caracteres que no esté en blanco, sin el carácter NUL.',
  'The letter still has the place {}. Write what stands there, and send it then.':
    'La carta todavía tiene el lugar {1}. Escriba lo que va allí, y envíela entonces.',
  'The law wants this said in the letter, and it is not in it as it was filled in: {}':
    'La ley exige que la carta diga esto, y no está en ella como se llenó: {1}',
  'The letter names {}, which is earlier than the period allows: the request stands through {}. Take the earlier day out.':
    'La carta nombra {1}, que es antes de lo que permite el plazo: la solicitud sigue en pie hasta {2}. Quite el día anterior.',
  'The custodian of records has not received this request, so only an acknowledgement or a question can be written. Say first when the custodian received it.':
    'La persona encargada de la custodia no ha recibido esta solicitud, así que solo se puede escribir un acuse de recibo o una pregunta. Diga primero cuándo la recibió.',
  'This request is closed. A letter of this kind belongs to one that is not.':
    'Esta solicitud está cerrada. Una carta de este tipo es de una que no lo está.',
  'A denial cites the provision of law under which access is denied (610.023.4 RSMo). Choose at least one.':
    'Una denegación cita la disposición de la ley por la que se deniega el acceso (610.023.4 RSMo). Elija al menos una.',
  'What was withheld is described in general terms (610.024 RSMo): say it in words, in 1 to 10,000 characters.':
    'Lo que se retuvo se describe en términos generales (610.024 RSMo): dígalo con palabras, en 1 a 10,000 caracteres.',
  'A question is asked in words: say it in words, in 1 to 10,000 characters.':
    'Una pregunta se hace con palabras: dígala, en 1 a 10,000 caracteres.',
  'A letter of delay explains the cause in detail (610.023.3 RSMo): say it in words, in 1 to 10,000 characters.':
    'Una carta de demora explica la causa en detalle (610.023.3 RSMo): dígala con palabras, en 1 a 10,000 caracteres.',
  'A letter of delay names the place at which the records will be available (610.023.3 RSMo): say it in words, in 1 to 10,000 characters.':
    'Una carta de demora nombra el lugar en que estarán disponibles los registros (610.023.3 RSMo): dígalo con palabras, en 1 a 10,000 caracteres.',
  'A letter of delay names the earliest date at which the records will be available (610.023.3 RSMo): expected a day, as 2026-12-21.':
    'Una carta de demora nombra la fecha más temprana en que estarán disponibles los registros (610.023.3 RSMo): se esperaba un día, como 2026-12-21.',
  'A letter of delay names the earliest time of that day at which the records will be available (610.023.3 RSMo): expected a time, as 09:30.':
    'Una carta de demora nombra la hora más temprana de ese día en que estarán disponibles los registros (610.023.3 RSMo): se esperaba una hora, como 09:30.',
  'The earliest time and date lie in the past. Expected when the records will be available.':
    'La hora y la fecha más tempranas ya pasaron. Se esperaba cuándo estarán disponibles los registros.',
  'On that day the clocks are put forward over this time. Choose another one.':
    'Ese día los relojes se adelantan y saltan esta hora. Elija otra.',
  'The request has not ended, so no letter says how it did. Close it first; what it is answered with has letters of its own.':
    'La solicitud no ha terminado, así que ninguna carta dice cómo terminó. Ciérrela primero; aquello con lo que se responde tiene cartas propias.',
  'The request ended otherwise than this letter would say. Choose the outcome that it has.':
    'La solicitud terminó de otra manera que la que diría esta carta. Elija el resultado que tiene.',
  'This body has entered no rates, so nothing can be charged. Enter what a page, an hour and a medium cost it; then write this letter.':
    'Este organismo no ha anotado tarifas, así que no se puede cobrar nada. Anote lo que le cuestan una página, una hora y un soporte; escriba entonces esta carta.',
  'Before 28 August 2025 fees could not be asked for before the request is fulfilled, as far as was read.':
    'Antes del 28 de agosto de 2025 no se podían pedir tarifas antes de atender la solicitud, según lo que se leyó.',
  'There is nothing to be paid, so nothing can be asked for before. Send the estimate without.':
    'No hay nada que pagar, así que no se puede pedir nada antes. Envíe el presupuesto sin ello.',
  'What was paid already is in whole cents, 0 or more.': 'Lo ya pagado va en centavos enteros, 0 o más.',
  'Neither payment nor an answer is awaited of this request, so there is nothing by which it could count as withdrawn.':
    'No se espera ni un pago ni una respuesta de esta solicitud, así que no hay nada por lo que pueda darse por retirada.',
  'This was asked before the rule was law, so the request never counts as withdrawn by it.':
    'Esto se pidió antes de que la regla fuera ley, así que la solicitud nunca se da por retirada según ella.',
  'The day is to be one that the calendar has, as 2027-03-01.':
    'El día debe ser uno que tenga el calendario, como 2027-03-01.',
  'The notice names {}, which is earlier than the period allows: counted from today, the request stands through {}. Name that day or a later one.':
    'El aviso nombra {1}, que es antes de lo que permite el plazo: contado desde hoy, la solicitud sigue en pie hasta {2}. Nombre ese día o uno posterior.',
  'That there are no records is said with the certificate of a search. Search for what was asked, and certify that search first.':
    'Que no hay registros se dice con el certificado de una búsqueda. Busque lo que se pidió, y certifique primero esa búsqueda.',
  '{} records of this request are not marked as not answering it, so it would be wrong to say that there are none. Review them first.':
    '{1} registros de esta solicitud no están marcados como que no responden a ella, así que sería incorrecto decir que no hay ninguno. Revíselos primero.',
  'The requester gave no mail address, so nothing can be mailed. Print the letter, and bring it on its way.':
    'Quien solicita no dio ninguna dirección de correo, así que no se puede enviar nada por correo. Imprima la carta y envíela.',
  'This archive has no mail server (SMTP_URL), so nothing can be mailed. Print the letter, and bring it on its way.':
    'Este archivo no tiene servidor de correo (SMTP_URL), así que no se puede enviar nada por correo. Imprima la carta y envíela.',
  'This was changed meanwhile, so nothing was. Read it again, and send your change with the number that it has now.':
    'Esto se cambió entretanto, así que no se cambió nada. Léalo de nuevo y envíe su cambio con el número que tiene ahora.',
  'No search of this request was made, so none can be certified. Search for what was asked first.':
    'No se hizo ninguna búsqueda de esta solicitud, así que ninguna se puede certificar. Busque primero lo que se pidió.',
  'Choose what is charged in each row that you fill in, or empty the row.':
    'Elija qué se cobra en cada fila que llene, o vacíe la fila.',
  'How many pages, minutes or pieces is a whole number, such as 30.':
    'Cuántas páginas, minutos o piezas es un número entero, como 30.',
  'A waiver is a sum in dollars, or “all”, and the reason for it. Say both, or neither.':
    'Lo que no se cobra es una cantidad en dólares, o «todo», y su motivo. Diga las dos cosas, o ninguna.',
  'What was paid already is a sum in dollars, such as 12.50.':
    'Lo ya pagado es una cantidad en dólares, como 12.50.',
  'Describe what is withheld, or say that a description would reveal it: one of both.':
    'Describa lo que se retiene, o diga que una descripción lo revelaría: una de las dos cosas.',
  'Expected a sum in dollars, such as 18.50, or nothing.':
    'Se esperaba una cantidad en dólares, como 18.50, o nada.',
  'What a page costs is whole cents, 0 to 10.': 'Lo que cuesta una página son centavos enteros, de 0 a 10.',
  'Of staff say the title, what an hour costs, and what they can do. All of it, or nothing.':
    'Del personal diga el título, lo que cuesta una hora y lo que sabe hacer. Todo, o nada.',
  'Of a medium say its name and what one costs. Both, or neither.':
    'De un soporte diga su nombre y lo que cuesta uno. Las dos cosas, o ninguna.',
};
