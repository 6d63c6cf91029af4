/** The public page of a receipt, and where something stands in the log. */
import type { Messages } from '../../language.ts';

export const verify: Messages = {
  'Check a receipt': 'Verificar un comprobante',
  'Whoever holds a receipt of this archive can ask here how its record stands. The answer says nothing of the content, and nothing of whose it was.':
    'Quien tenga un comprobante de este archivo puede preguntar aquí cómo está su registro. La respuesta no dice nada del contenido ni de quién era.',
  'By its code': 'Por su código',
  'Code of the receipt': 'Código del comprobante',
  'Ten letters and digits, such as ABCDE-FGHJK.': 'Diez letras y dígitos, por ejemplo ABCDE-FGHJK.',
  'Look it up': 'Buscarlo',
  'Or check the file of the receipt': 'O verifique el archivo del comprobante',
  'The file that the archive gave out, JSON or PDF. It is checked against its signature and the log, and not kept.':
    'El archivo que se entregó, JSON o PDF. Se compara con su firma y con la bitácora, y no se conserva.',
  'Receipt, JSON or PDF, at most 5 MB': 'Comprobante, JSON o PDF, de 5 MB como máximo',
  'Check the file': 'Verificar el archivo',
  'Nobody needs to believe this page: the file of a receipt holds the entries of the log and their proofs, and is checked without us and without a network by':
    'Nadie tiene que creer en esta página: el archivo de un comprobante contiene las entradas de la bitácora y sus pruebas, y se verifica sin nosotros y sin red con',
  ', or by hand as the specification of the receipt says.':
    ', o a mano, como dice la especificación del comprobante.',
  'This is no code of a receipt. It has ten letters and digits, such as ABCDE-FGHJK, and none of them is U.':
    'Esto no es el código de un comprobante. Tiene diez letras y dígitos, por ejemplo ABCDE-FGHJK, y ninguno es la U.',
  'Choose the file of a receipt first.': 'Elija primero el archivo de un comprobante.',
  'This file does not count.': 'Este archivo no vale.',
  'It is not a signed receipt, or a part of it is missing.':
    'No es un comprobante firmado, o le falta una parte.',
  'Something in it was changed after it was signed.': 'Algo en él se cambió después de firmarlo.',
  'A time stamp or a witness in it does not fit what it says.':
    'Un sello de tiempo o un testigo que contiene no corresponde a lo que dice.',
  'A signature in it does not fit what it says.': 'Una firma que contiene no corresponde a lo que dice.',
  'What it says does not lead to the log that it names.': 'Lo que dice no conduce a la bitácora que nombra.',
  'The file agrees with itself,': 'El archivo concuerda consigo mismo,',
  'but no agency of this archive has signed it. Ask whoever gave it to you which archive it is from.':
    'pero ninguna entidad de este archivo lo firmó. Pregunte a quien se lo dio de qué archivo es.',
  'The file is as this archive signed it:': 'El archivo está tal como este archivo lo firmó:',
  'The file of a receipt has at most 5 MB.': 'El archivo de un comprobante tiene como máximo 5 MB.',
  'At that time it said: safe to remove.': 'En ese momento decía: se puede eliminar.',
  'At that time it said: do not remove yet.': 'En ese momento decía: no elimine todavía.',
  'This archive knows no receipt with this code, or the agency that gave it out does not answer for its receipts here. Compare it letter by letter; or check its file.':
    'Este archivo no conoce ningún comprobante con este código, o la entidad que lo entregó no responde aquí por sus comprobantes. Compárelo letra por letra, o verifique su archivo.',
  'More than one record has this code. The file of the receipt says which one is yours.':
    'Más de un registro tiene este código. El archivo del comprobante dice cuál es el suyo.',
  'Known. What was handed in is on disk, and not sealed yet.':
    'Se conoce. Lo que se entregó está en disco y todavía no está sellado.',
  'Known, sealed and kept.': 'Se conoce, está sellado y conservado.',
  'Known. It is being destroyed under the retention schedule.':
    'Se conoce. Se está destruyendo según el calendario de conservación.',
  'Known. It was destroyed under the retention schedule; its entries in the log stay.':
    'Se conoce. Se destruyó según el calendario de conservación; sus entradas en la bitácora permanecen.',
  'Kept by': 'Lo conserva',
  'Sealed since': 'Sellado desde',
  '{} seals in all': '{1} sellos en total',
  'In a store that': 'En un almacén que',
  'refuses to change or delete it before its lock ends':
    'se niega a cambiarlo o borrarlo antes de que termine su bloqueo',
  'shows a change, and does not prevent one': 'muestra un cambio y no lo impide',
  Trial: 'Prueba',
  'Sealed while this archive ran as a trial: no official record.':
    'Sellado mientras este archivo funcionaba a prueba: no es un registro oficial.',

  'In the log': 'En la bitácora',
  'Signed checkpoint': 'Punto de control firmado',
  'size {},': 'tamaño {1},',
  'Outside this archive': 'Fuera de este archivo',
  'Being entered. Look again in a moment.': 'Se está anotando. Vuelva a mirar en un momento.',
  Entry: 'Entrada',
  Entries: 'Entradas',
  '{} {},': '{1} {2},',
  'Anchored by': 'Anclado por',
  'a time stamp of': 'un sello de tiempo de',
  'the witness': 'el testigo',
  'Not yet anchored.': 'Todavía sin anclar.',
  'Not yet anchored, for {}. Until then only this archive’s word stands against a change by whoever runs it.':
    'Todavía sin anclar, desde hace {1}. Hasta entonces, contra un cambio de quien lo administra solo está la palabra de este archivo.',

  'How anybody can check it': 'Cómo puede comprobarlo cualquiera',
  'Picture for a phone: it leads to the address beside it':
    'Imagen para un teléfono: lleva a la dirección de al lado',
  'Picture for a phone. It leads to {}': 'Imagen para un teléfono. Lleva a {1}',
  'How this record stands at any later time, to whoever has the code:':
    'Cómo está este registro en cualquier momento posterior, para quien tenga el código:',
  'How this record stands at any later time, to whoever has the code: {}':
    'Cómo está este registro en cualquier momento posterior, para quien tenga el código: {1}',
  'This receipt as one signed file, with the entries of the log and their proofs, is checked without us and without a network by':
    'Este comprobante como un solo archivo firmado, con las entradas de la bitácora y sus pruebas, se verifica sin nosotros y sin red con',
  'This receipt as one signed file, with the entries of the log and their proofs, is attached to this PDF. It is checked without us and without a network by {}.':
    'Este comprobante como un solo archivo firmado, con las entradas de la bitácora y sus pruebas, está adjunto a este PDF. Se verifica sin nosotros y sin red con {1}.',
  'Receipt as PDF': 'Comprobante en PDF',
  'Receipt as a signed file (JSON)': 'Comprobante como archivo firmado (JSON)',
  'Signed by the key': 'Firmado por la clave',
  'SHA-256, key and version': 'SHA-256, clave y versión',
  'seal {}, {}': 'sello {1}, {2}',
  'The first {} of {} files. The attached file names all of them.':
    'Los primeros {1} de {2} archivos. El archivo adjunto los nombra todos.',
  'The signed receipt, for whoever checks it': 'El comprobante firmado, para quien lo verifique',
};
