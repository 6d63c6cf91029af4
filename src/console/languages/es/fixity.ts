/** The page of the sealed files in the store. "Sealed files in the store", "Looked at" and "Files" stand elsewhere. */
import type { Messages } from '../../language.ts';

export const fixity: Messages = {
  'Everything that was sealed is read back from the store within minutes, and then again and again: from the first byte to the last at least every {} days, and asked for at least every {} days. All of it, and never a sample. Who does this can change nothing in the store.':
    'Todo lo sellado se vuelve a leer del almacén en pocos minutos, y después una y otra vez: del primer byte al último al menos cada {1} días, y se consulta al menos cada {2} días. Todo, y nunca una muestra. Quien lo hace no puede cambiar nada en el almacén.',
  'The checks of sealed files have a page of their own':
    'Las comprobaciones de los archivos sellados tienen su propia página',
  'Not as it was sealed': 'No está como se selló',
  'Change nothing in the store. The record says that it is not safe any more, and its history when this was found. It is read again each hour; once it is whole again, its history says that too.':
    'No cambie nada en el almacén. El registro dice que ya no es seguro, y su historial, cuándo se descubrió. Se vuelve a leer cada hora; cuando esté otra vez completo, su historial también lo dirá.',
  'The newest are listed; in all: {}.': 'Se muestran los más recientes; en total: {1}.',
  'In the store, and in no record': 'En el almacén y en ningún registro',
  'Somebody who may write to the store put these there, or a record was taken out of the database. Find out who, before anybody takes them away.':
    'Alguien que puede escribir en el almacén los puso ahí, o se sacó un registro de la base de datos. Averigüe quién fue antes de que alguien los quite.',
  'A delete marker': 'Una marca de borrado',
  '{} bytes': '{1} bytes',
  '{}, found': '{1}, descubierto',
  '{}, seal {}, found': '{1}, sello {2}, descubierto',
  'Some sealed files are not in the store as they were sealed.':
    'Algunos archivos sellados no están en el almacén como se sellaron.',
  'Something lies in the store that no record knows.': 'En el almacén hay algo que ningún registro conoce.',
  'Sealed files wait for longer than they should. Tell whoever runs the machine: the fixity worker does not run, or cannot reach the store.':
    'Hay archivos sellados que esperan más de lo debido. Avise a quien administra el servidor: el proceso de comprobación no funciona o no llega al almacén.',
  'Nothing that was looked at is wrong.': 'Nada de lo que se revisó está mal.',
  'Sealed files': 'Archivos sellados',
  'Longest not read': 'El que lleva más tiempo sin leerse',
  'Never read yet': 'Nunca leídos todavía',
  'Read in the last {} days': 'Leídos en los últimos {1} días',
  'Looked at in the last {} days': 'Consultados en los últimos {1} días',
  'Store compared with the records': 'Almacén comparado con los registros',
  'not yet': 'todavía no',
  'Second store': 'Segundo almacén',
  'none: there is one copy': 'ninguno: hay una sola copia',
  'Not copied yet: {}': 'Sin copiar todavía: {1}',
  'It is not there any more': 'Ya no está',
  'Its bytes are other ones': 'Sus bytes son otros',
  'It has another size': 'Tiene otro tamaño',
  'The store cannot give it': 'El almacén no puede entregarlo',
  'Its journal in the folder is damaged': 'Su diario en la carpeta está dañado',
  'It is not locked': 'No está bloqueado',
  'Its lock ends sooner than it did': 'Su bloqueo termina antes de lo que terminaba',
  'Somebody put a delete marker on top of it': 'Alguien le puso encima una marca de borrado',
  'Another version lies on top of it': 'Tiene otra versión encima',
  'Read whole': 'Leídos por completo',
  'Read whole, when somebody asked': 'Leídos por completo, a petición',
  file: 'archivo',
  salt: 'sal',
  report: 'reporte',
  manifest: 'manifiesto',
  'The record': 'El registro',
  'Last batches': 'Últimos lotes',
  'Each is an entry of the agency’s log, with a root over its rows: nobody can say afterwards that something was looked at which was not, or that it was well when it was not.':
    'Cada uno es una entrada de la bitácora de la entidad, con una raíz calculada sobre sus filas: nadie puede decir después que se revisó algo que no se revisó, o que estaba bien cuando no lo estaba.',
  'The last batches, newest first': 'Los últimos lotes; primero el más reciente',
  Wrong: 'Mal',
  Root: 'Raíz',
};
