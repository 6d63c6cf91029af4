/** The page of the log. */
import type { Messages } from '../../language.ts';

export const log: Messages = {
  Log: 'Bitácora',
  Yes: 'Sí',
  No: 'No',
  'Everything that happens here is an entry of a log that nobody can change unseen, once a checkpoint of it has left this machine. It holds no content and no name.':
    'Todo lo que ocurre aquí es una entrada de una bitácora que nadie puede cambiar sin que se note, una vez que un punto de control suyo ha salido de esta máquina. No contiene contenido ni nombres.',
  'The log of this agency has not begun. It begins with the first entry, when the log worker runs.':
    'La bitácora de esta entidad no ha comenzado. Comienza con la primera entrada, cuando funciona el proceso de la bitácora.',
  'Entries wait for {}, and nothing that was sealed since is safe to remove. Tell whoever runs the machine: the log worker must run, and its key must be there.':
    'Hay entradas que esperan desde hace {1}, y nada de lo sellado desde entonces se puede eliminar. Avise a quien administra la máquina: el proceso de la bitácora debe funcionar y su clave debe estar en su lugar.',
  'and {} being entered': 'y {1} anotándose',
  'Newest checkpoint': 'Último punto de control',
  'Anchored outside this archive': 'Anclado fuera de este archivo',
  'Not yet anchored': 'Todavía sin anclar',
  'Nothing.': 'Nada.',
  'Nothing. By the settings of this archive these alone are not enough:':
    'Nada. Según los ajustes de este archivo, estos por sí solos no bastan:',
  'Nobody can change the first {} entries unseen, since':
    'Nadie puede cambiar las primeras {1} entradas sin que se note, desde el',
  By: 'Por',
  'Of these, the first {} also by': 'De estas, las primeras {1} también por',
  'Nothing but the entries that say what was anchored.': 'Nada más que las entradas que dicen qué se ancló.',
  'Waiting for {}: what happened since': 'A la espera desde hace {1}: lo ocurrido desde el',
  'Until then only this archive’s word stands against a change by whoever runs it.':
    'Hasta entonces, contra un cambio de quien lo administra solo está la palabra de este archivo.',
  'For anybody': 'Para cualquiera',
  'Keys that sign its checkpoints': 'Claves que firman sus puntos de control',
  'Whoever checks a receipt or a package needs one of these, from elsewhere than from this archive: put it on the website of the agency, or into its minutes.':
    'Quien verifica un comprobante o un paquete necesita una de estas, de otro lugar que este archivo: póngala en el sitio web de la entidad o en sus actas.',
  'From size {} on': 'Desde el tamaño {1}',
  'From size {} to {}': 'Del tamaño {1} al {2}',
  'What anybody may see': 'Lo que cualquiera puede ver',
  'Besides checkpoints, keys and anchors, which are always public':
    'Además de los puntos de control, las claves y los anclajes, que siempre son públicos',
  'A page to ask for public records': 'Una página para solicitar registros públicos',
  'At /ask and the short name of the agency. What comes in there is read with GET /v1/requests, and its three business days run once the custodian has it: switch it on when somebody looks there each day.':
    'En /ask y el nombre corto de la entidad. Lo que llega ahí se lee con GET /v1/requests, y sus tres días hábiles corren cuando lo tiene el custodio: actívela cuando alguien lo mire cada día.',
  'How a receipt stands, by its code': 'Cómo está un comprobante, por su código',
  'On the page /verify: since when its record is sealed, and where in the log. No content, no account.':
    'En la página /verify: desde cuándo está sellado su registro y dónde está en la bitácora. Sin contenido ni cuenta.',
  'All entries of the log': 'Todas las entradas de la bitácora',
  'As files that other programs read. They say what was done, when and by which number; no content, no name.':
    'Como archivos que otros programas leen. Dicen qué se hizo, cuándo y por qué número; sin contenido ni nombres.',
};
