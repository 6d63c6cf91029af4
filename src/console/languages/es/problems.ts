/** Errors that a person can meet: what was expected, and what to do. Titles by `api/problems.ts`, sentences of the API's. */
import type { Messages } from '../../language.ts';

const TITLES: Messages = {
  'Nothing of a log here': 'Aquí no hay nada de una bitácora',
  'The key that signs receipts cannot be used': 'No se puede usar la clave que firma los comprobantes',
  'Something broke here': 'Algo falló aquí',
  'This is not an HTTP request': 'Esto no es una solicitud HTTP',
  'Too slow': 'Demasiado lento',
  'The headers are too large': 'Los encabezados son demasiado grandes',
  'Nothing was sent': 'No se envió nada',
  'What was sent ended early': 'Lo enviado terminó antes de tiempo',
  'Too large': 'Demasiado grande',
  'This is not JSON': 'Esto no es JSON',
  'A member stands twice': 'Un miembro aparece dos veces',
  'A number is not exact': 'Un número no es exacto',
  'A text cannot be kept as text': 'Un texto no se puede conservar como texto',
  'Unsupported media type': 'Tipo de contenido no admitido',
  'This is not multipart/form-data': 'Esto no es multipart/form-data',
  'The event part is missing': 'Falta la parte event',
  'Too many files': 'Demasiados archivos',
  'A part is not expected here': 'Aquí no se espera esa parte',
  'This is not how an upload is begun or continued': 'Así no se empieza ni se continúa una carga',
  'Another version of tus': 'Otra versión de tus',
  'No such upload': 'No existe esa carga',
  'The upload goes on elsewhere': 'La carga continúa en otro punto',
  'Somebody writes to it': 'Alguien está escribiendo en ella',
  'The upload is not finished': 'La carga no ha terminado',
  'Too much is on its way': 'Hay demasiados envíos en curso',
  'The report does not fit its schema': 'El reporte no corresponde a su esquema',
  'Not a web address': 'No es una dirección web',
  'Not a public address': 'No es una dirección pública',
  'Not an address': 'No es una dirección',
  'A time lies in the future': 'Una hora está en el futuro',
  'A time has no zone': 'Una hora no tiene zona',
  'Not a time': 'No es una hora',
  'No such removal ground': 'No existe ese motivo de retiro',
  'The policy has changed': 'La política ha cambiado',
  'Another agency': 'Otra entidad',
  'The server fills this in': 'Esto lo llena el servidor',
  'Not an idempotency key': 'No es una clave de idempotencia',
  'The same key with another content': 'La misma clave con otro contenido',
  'The query is not understood': 'No se entiende la consulta',
  'The cursor is not understood': 'No se entiende el cursor',
  'Not from our own page': 'No viene de una página nuestra',
  'Not signed in': 'Sin sesión iniciada',
  'Too many attempts': 'Demasiados intentos',
  'This link works no more': 'Este enlace ya no funciona',
  'No such person': 'No existe esa persona',
  'No such office': 'No existe esa oficina',
  'No such account': 'No existe ese sitio',
  'No such policy': 'No existe esa política',
  'No such key': 'No existe esa clave',
  'Not with this source': 'Esa fuente no está permitida',
  'The form is not complete': 'El formulario no está completo',
  'A key is needed': 'Se necesita una clave',
  'The key is not known': 'Clave desconocida',
  'Not with this role': 'Este rol no lo permite',
  'Nothing is sealed yet': 'Aún no hay nada sellado',
  'Not an order for a package': 'No es un pedido de paquete',
  'Not a request, or not a step of one': 'No es una solicitud, ni un paso de una',
  'No such request': 'No existe esa solicitud',
  'Not asked for on this page': 'No se solicita en esta página',
  'The request does not stand so': 'La solicitud no está en ese estado',
  'Not a calendar of an office': 'No es el calendario de una oficina',
  'The calendar was changed meanwhile': 'El calendario se modificó entretanto',
  'This cannot be cited so': 'No se puede citar así',
  'This cannot be redacted so': 'No se puede tachar así',
  'Too many packages at once': 'Demasiados paquetes a la vez',
  'The history is not what the log says': 'El historial no es lo que dice el registro',
  'A file of the log is not there': 'Falta un archivo de la bitácora',
  'An entry that names a key of the log does not lead to what was signed: the database or the files of the log were changed. No key of this log is believed until that is settled; the command “holdfast audit” says what differs.':
    'Una entrada que nombra una clave de la bitácora no conduce a lo que se firmó: se modificaron la base de datos o los archivos de la bitácora. No se da crédito a ninguna clave de esta bitácora hasta que eso se aclare; la orden «holdfast audit» dice qué difiere.',
  'The archive is being put back from a backup':
    'El archivo se está restaurando desde una copia de seguridad',
  'The archive was set back to an earlier time and is being brought up to date from its store. Until then nothing is taken for this agency: keep what you have, and send it again in a moment.':
    'El archivo volvió a un estado anterior y se está poniendo al día desde su almacén. Hasta entonces no se recibe nada para este organismo: conserve lo que tiene y envíelo de nuevo en un momento.',
  'The log is late': 'La bitácora está atrasada',
  'No such record': 'No existe ese registro',
  'No such call': 'No existe esa llamada',
  'Not with this method': 'No con este método',
  'The record is full': 'El registro está lleno',
  'No removal is awaited': 'No se espera ningún retiro',
  'Nothing to run again': 'No hay nada que volver a ejecutar',
  'Too many streams': 'Demasiadas conexiones en vivo',
  'All streams are taken': 'Todas las conexiones en vivo están ocupadas',
  'The archive is shutting down': 'Holdfast se está apagando',
  'The database is down': 'La base de datos no está disponible',
  'The disk is full': 'El disco está lleno',
  'The staging folder is not there': 'La carpeta de espera no está disponible',
  'The store is down': 'El almacén no está disponible',
  'The store did not pass its checks': 'El almacén no pasó sus comprobaciones',
  'The file is not what was sealed': 'El archivo no es lo que se selló',
  'The queue is down': 'La cola no está disponible',
};

/** Who asks, and for what. */
const ASKING: Messages = {
  'Report content': 'Reportar contenido',
  'Status {}, code': 'Estado {1}, código',
  ', request': ', solicitud',
  'Nothing of this record is sealed yet, so there is nothing that a package could prove. Ask again when its receipt says that it is sealed.':
    'Todavía no hay nada sellado de este registro, así que un paquete no podría probar nada. Vuelva a pedirlo cuando su comprobante diga que está sellado.',
  'There is no such record in this agency.': 'No existe ese registro en esta entidad.',
  'There is no such call here. /docs lists the calls.':
    'No existe esa llamada aquí. /docs enumera las llamadas.',
  'This call takes {}. /docs lists the calls.': 'Esta llamada recibe {1}. /docs enumera las llamadas.',
  'This key is not known, was revoked, or its time is over. Ask your administrator for a new one.':
    'Esta clave no se conoce, fue revocada o su plazo terminó. Pida una nueva a su administrador.',
  'A key with the role "{}" may not do this. It takes one of: {}.':
    'Una clave con el rol "{1}" no puede hacer esto. Se necesita uno de estos: {2}.',
  'Your roles ({}) do not allow this. It takes one of: {}. Your administrator can change them.':
    'Sus roles ({1}) no permiten esto. Se necesita uno de estos: {2}. Su administrador puede cambiarlos.',
  'Somebody else has signed in on this browser since this page was opened. Sign in again as yourself; nothing that you put in is lost.':
    'Otra persona inició sesión en este navegador después de que se abrió esta página. Inicie sesión de nuevo con su propia cuenta; nada de lo que puso se ha perdido.',
  'Send the header "Authorization: Bearer <key>", or sign in. An administrator makes keys with "holdfast key create".':
    'Envíe el encabezado "Authorization: Bearer <key>", o inicie sesión. Un administrador crea claves con "holdfast key create".',
  'You are not signed in any more. Sign in again; nothing that you put in is lost.':
    'Su sesión ya no está iniciada. Inicie sesión de nuevo; nada de lo que puso se ha perdido.',
  'This was sent by a page that is not ours, so nothing was done. Open Holdfast itself and do it there.':
    'Esto lo envió una página que no es nuestra, así que no se hizo nada. Abra Holdfast mismo y hágalo allí.',
  'A link on another site leads to this file, so nothing was opened. Open the record itself and look at the file there.':
    'Un enlace en otro sitio lleva a este archivo, así que no se abrió nada. Abra el registro mismo y consulte allí el archivo.',
  'Send this from the page itself; it is a form.': 'Envíe esto desde la página misma; es un formulario.',
  'A field holds the character NUL, which is no text. Type it anew.':
    'Un campo contiene el carácter NUL, que no es texto. Escríbalo de nuevo.',
  'Expected {"ceremonyId": …, "response": …} as application/json.':
    'Se esperaba {"ceremonyId": …, "response": …} como application/json.',
  'Expected a language that there is: to=en or to=es.':
    'Se esperaba uno de los idiomas que hay: to=en o to=es.',
  '"{}" must be a time such as 2026-11-21T14:03:00Z, without a leap second.':
    '"{1}" debe ser una hora como 2026-11-21T14:03:00Z, sin segundo intercalar.',
  'This step is not parked; there is nothing to run again. GET /v1/parked lists what is.':
    'Este paso no está detenido; no hay nada que volver a ejecutar. GET /v1/parked enumera lo que lo está.',
  'This record is kept without a removal, so there is none to confirm. If it is to go after all, report it once more.':
    'Este registro se conserva sin retiro, así que no hay ninguno que confirmar. Si finalmente se va a retirar, repórtelo una vez más.',
  'This record was kept without a removal from the beginning, so there is none to take back.':
    'Este registro se conservó sin retiro desde el principio, así que no hay ninguno que anular.',
};

/** What was sent, and how. */
const SENDING: Messages = {
  'The body ended before its announced length. Send it again.':
    'El cuerpo terminó antes de su longitud anunciada. Envíelo de nuevo.',
  'A JSON body may have at most 5 MB. Send pictures and long texts as files with multipart/form-data.':
    'Un cuerpo JSON puede tener como máximo 5 MB. Envíe las imágenes y los textos largos como archivos con multipart/form-data.',
  'Send application/json (simple form), application/cloudevents+json, or multipart/form-data with a part "event" and parts "file".':
    'Envíe application/json (forma simple), application/cloudevents+json, o multipart/form-data con una parte "event" y partes "file".',
  'Send application/json (simple form), application/cloudevents+json, or multipart/form-data with a part "event" and parts "file" or "upload".':
    'Envíe application/json (forma simple), application/cloudevents+json, o multipart/form-data con una parte "event" y partes "file" o "upload".',
  'The body is empty. Send the report as JSON or multipart/form-data.':
    'El cuerpo está vacío. Envíe el reporte como JSON o multipart/form-data.',
  'The body is empty. Send the report as JSON, or as multipart/form-data with a part "event".':
    'El cuerpo está vacío. Envíe el reporte como JSON, o como multipart/form-data con una parte "event".',
  'Send a confirmation as application/json, such as {"performedAt":"2026-11-21T14:03:00Z"}, or without a body. Files go to /facts of this record.':
    'Envíe una confirmación como application/json, por ejemplo {"performedAt":"2026-11-21T14:03:00Z"}, o sin cuerpo. Los archivos van a /facts de este registro.',
  'The address of this call cannot be read: expected every % to begin an escape of two hexadecimal digits, in UTF-8. Write it so.':
    'No se puede leer la dirección de esta llamada: se esperaba que cada % comenzara una secuencia de escape de dos dígitos hexadecimales, en UTF-8. Escríbala así.',
  'The request has no header Host, which HTTP/1.1 asks for. Send it with an HTTP library.':
    'La solicitud no tiene el encabezado Host, que HTTP/1.1 exige. Envíela con una biblioteca de HTTP.',
  'A file may have at most {} bytes. Hand in a larger one in parts.':
    'Un archivo puede tener como máximo {1} bytes. Entregue uno más grande por partes.',
  'Expected the header {} with a number of bytes.': 'Se esperaba el encabezado {1} con un número de bytes.',
  'Expected Upload-Metadata as pairs of a name and a Base64 value, each name once.':
    'Se esperaba Upload-Metadata como pares de un nombre y un valor en Base64, cada nombre una vez.',
  'Expected values in Upload-Metadata that are UTF-8.': 'Se esperaban en Upload-Metadata valores en UTF-8.',
  'Expected a {} of at most {} characters, without a NUL character.':
    'Se esperaba un {1} de como máximo {2} caracteres, sin ningún carácter NUL.',
  'Uploads speak tus {}. Send the header "Tus-Resumable: {}", as every client of tus does.':
    'Las cargas hablan tus {1}. Envíe el encabezado "Tus-Resumable: {2}", como hace todo cliente de tus.',
  'Send a piece of an upload as {}.': 'Envíe una parte de una carga como {1}.',
  'Expected the address that the answer to POST /v1/uploads gave.':
    'Se esperaba la dirección que dio la respuesta a POST /v1/uploads.',
  'Send a piece with PATCH, or with POST and the header "X-HTTP-Method-Override: PATCH".':
    'Envíe una parte con PATCH, o con POST y el encabezado "X-HTTP-Method-Override: PATCH".',
};

/** What the archive itself cannot do just now. */
const DOWN: Messages = {
  'The archive met an error of its own. What was acknowledged is safe. Try again, and tell the administrator the request id if it happens again.':
    'Holdfast tuvo un error propio. Lo que se confirmó está a salvo. Inténtelo de nuevo y, si vuelve a ocurrir, dé al administrador el id de la solicitud.',
  'This process is shutting down and takes nothing more. Send it again in a moment.':
    'Este proceso se está apagando y no recibe nada más. Envíelo de nuevo en un momento.',
  'The database cannot be reached or cannot commit just now, so nothing can be acknowledged. Send it again in a moment; a report with the same Idempotency-Key, so that it is taken once.':
    'En este momento no se puede acceder a la base de datos, o no puede guardar, así que no se puede confirmar nada. Envíelo de nuevo en un momento; un reporte, con la misma Idempotency-Key, para que se reciba una sola vez.',
  'The store cannot be reached just now, so what is sealed in it cannot be read. Ask again in a moment. Reports are taken all the same, and sealed later.':
    'En este momento no se puede acceder al almacén, así que lo que está sellado en él no se puede leer. Vuelva a pedirlo en un momento. Los reportes se reciben de todos modos y se sellan más tarde.',
  'The store did not pass its checks, so nothing is sealed into it until it does. Tell the administrator, who finds the reason with "holdfast doctor"; then try again.':
    'El almacén no pasó sus comprobaciones, así que no se sella nada en él hasta que las pase. Avise al administrador, que encuentra la razón con "holdfast doctor"; luego inténtelo de nuevo.',
  'What the store has of this file is not what was sealed: it was changed or taken away, so it is not handed over. The record’s history says so. Tell the administrator; the sealed bytes may be in a backup of the store.':
    'Lo que el almacén tiene de este archivo no es lo que se selló: se cambió o se quitó, así que no se entrega. El historial del registro lo dice. Avise al administrador; los bytes sellados pueden estar en una copia de seguridad del almacén.',
  'There is no such file of a log here for everybody. Checkpoints and keys are; tiles only where their agency lets them out.':
    'Aquí no hay tal archivo de una bitácora para cualquiera. Los puntos de control y las claves sí; las demás partes solo donde su entidad las deja salir.',
  'The key that signs receipts cannot be used just now, so no signed receipt is handed out. Nothing that was handed in is lost. Tell whoever runs the machine.':
    'En este momento no se puede usar la clave que firma los comprobantes, así que no se entrega ningún comprobante firmado. Nada de lo entregado se ha perdido. Avise a quien administra la máquina.',
  'The queue cannot be reached just now. Try again in a moment.':
    'En este momento no se puede acceder a la cola. Inténtelo de nuevo en un momento.',
  'This key has {} streams of live status open, as many as one key may have. Close one, or ask for the receipt now and then instead.':
    'Esta clave tiene abiertas {1} conexiones de estado en vivo, el máximo por clave. Cierre una, o en lugar de eso pida el comprobante de vez en cuando.',
  'As many streams of live status are open as this process can serve. Ask for the receipt now and then instead, or try again in a moment.':
    'Están abiertas todas las conexiones de estado en vivo que este proceso puede atender. En lugar de eso pida el comprobante de vez en cuando, o inténtelo de nuevo en un momento.',
};

export const problems: Messages = { ...TITLES, ...ASKING, ...SENDING, ...DOWN };
