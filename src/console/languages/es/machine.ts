/** The page of whoever runs the machine. */
import type { Messages } from '../../language.ts';

export const machine: Messages = {
  Machine: 'Servidor',
  '· System administrator': '· Administrador del sistema',
  'Everything that was looked at works, and no work has stopped.':
    'Todo lo que se revisó funciona, y ningún trabajo se detuvo.',
  'Somebody must look. Parts with trouble: {}. Work that stopped: {}.':
    'Alguien tiene que revisar. Partes con problemas: {1}. Trabajos detenidos: {2}.',
  'Holdfast {}, in a trial. You see that it works and how much waits. What agencies archive is not for whoever runs the machine to read.':
    'Holdfast {1}, en modo de prueba. Usted ve si funciona y cuánto está en espera. Lo que archivan las entidades no lo lee quien administra el servidor.',
  'Holdfast {}, in production. You see that it works and how much waits. What agencies archive is not for whoever runs the machine to read.':
    'Holdfast {1}, en producción. Usted ve si funciona y cuánto está en espera. Lo que archivan las entidades no lo lee quien administra el servidor.',
  Parts: 'Partes',
  Database: 'Base de datos',
  'Staging folder': 'Carpeta de espera',
  Disk: 'Disco',
  Queue: 'Cola de trabajo',
  Store: 'Almacén',
  'Browser of captures': 'Navegador de las capturas',
  Clock: 'Reloj',
  'Sealed files in the store': 'Archivos sellados en el almacén',
  'Anchors of the logs': 'Anclajes de las bitácoras',
  'Nightly audit': 'Auditoría nocturna',
  'Packing of productions': 'Preparación de entregas',
  'Proof of the store': 'Prueba del almacén',
  ': works': ': funciona',
  'broken, and no report is taken': 'no funciona, y no se recibe ningún reporte',
  'needs somebody': 'alguien tiene que revisarlo',
  ': passed': ': la pasó',
  'did not pass': 'no la pasó',
  ': none yet': ': todavía ninguna',
  'Whether this store refuses to delete what is locked is tried by the retention worker, at its start and each night, where it has a key that may delete.':
    'El proceso de retención comprueba, al iniciar y cada noche, si este almacén se niega a borrar lo bloqueado, siempre que tenga una clave que permita borrar.',
  '{} checks': '{1} comprobaciones',
  'What was found:': 'Lo que se encontró:',
  Agencies: 'Entidades',
  'There is none yet. Add the first one below, then invite its administrator.':
    'Todavía no hay ninguna. Agregue la primera abajo e invite luego a su administrador.',
  'Work that stopped is looked at, and run again, by people of its agency. Letters that wait go out by themselves once the mail server takes them.':
    'El trabajo detenido lo revisan y lo repiten personas de su entidad. Los mensajes en espera salen solos en cuanto el servidor de correo los acepta.',
  'People: {} · Work that waits: {} · Work that stopped: {} · Letters that wait: {}':
    'Personas: {1} · Trabajos en espera: {2} · Trabajos detenidos: {3} · Mensajes en espera: {4}',
  'The oldest work waits for {} min.': 'El trabajo más antiguo espera desde hace {1} min.',
  'The oldest work waits for {} h.': 'El trabajo más antiguo espera desde hace {1} h.',
  'Invite the first administrator': 'Invitar al primer administrador',
  'Add an agency': 'Agregar una entidad',
  'No agency was added yet: see below.': 'Todavía no se agregó ninguna entidad: vea abajo.',
  'Add, and invite its first administrator': 'Agregarla e invitar a su primer administrador',
  'Enter the name of the public body.': 'Escriba el nombre del organismo público.',
  'The short name "system" is kept for whoever runs the machine, and is no public body. Its people are added with: npx holdfast operator add':
    'El nombre corto «system» está reservado para quien administra el servidor, y no es un organismo público. Sus personas se agregan con: npx holdfast operator add',
  'There is an agency of this short name already. Choose another one.':
    'Ya hay una entidad con este nombre corto. Elija otro.',
  'Who runs the machine': 'Quién administra el servidor',
  '{}. They are added and let go at the machine itself:':
    '{1}. Se les da y se les quita el acceso en el servidor mismo:',
  'What they did': 'Lo que hicieron',
  'What was done by whoever runs the machine, newest first':
    'Lo que hizo quien administra el servidor, lo más nuevo primero',
  '{} (runs the machine)': '{1} (administra el servidor)',
  'Agency added': 'Entidad agregada',
  'First administrator invited': 'Primer administrador invitado',
  'New link made for the first administrator': 'Enlace nuevo creado para el primer administrador',
  'First administrator': 'Primer administrador',
  'The first administrator of {}': 'El primer administrador de {1}',
  'They add everybody else. This can be done once: afterwards nobody but their own administrators lets anybody in, and the agency’s history says that it was you who invited them.':
    'Esta persona agrega a todas las demás. Se puede hacer una sola vez: después nadie más que sus propios administradores deja entrar a alguien, y el historial de la entidad dice que fue usted quien la invitó.',
  'Whoever has the link could use it, you as well. So the agency sees on its page of people that you made it, when, and when it was used.':
    'Quien tenga el enlace podría usarlo, también usted. Por eso la entidad ve en su página de personas que usted lo creó, cuándo, y cuándo se usó.',
  'Its first administrator has no link.': 'Su primer administrador no tiene enlace.',
  'Link not used yet, until': 'El enlace todavía no se usó; sirve hasta el',
  'Link not used; it worked until': 'El enlace no se usó; sirvió hasta el',
  'Make a new link': 'Crear un enlace nuevo',
  'for the first administrator of {}': 'para el primer administrador de {1}',
  'At the machine itself': 'En el servidor mismo',
  ', for {}': ', para {1}',
  'For the same address, this prints a new link; for another one, it adds a second administrator.':
    'Con el mismo correo, esto muestra un enlace nuevo; con otro, agrega un segundo administrador.',
  'A link for them was made by {}, who runs the machine, on':
    '{1}, que administra el servidor, creó un enlace para esta persona el',
  'It was not used.': 'No se usó.',
  'It was used on': 'Se usó el',
  'If that was not {}, make them a link to sign in anew: whoever used it is out then.':
    'Si no fue {1}, cree un enlace para que inicie sesión de nuevo: así queda fuera quien lo usó.',
  'If that was not you, tell whoever runs the machine, and choose anew how to sign in.':
    'Si no fue usted, avise a quien administra el servidor y elija de nuevo cómo iniciar sesión.',
  'Not now: back to the machine': 'Ahora no: volver al servidor',
  'Back to the machine': 'Volver al servidor',
  'No such agency': 'No existe esa entidad',
  'There is no such agency here. /machine lists those that there are.':
    'Aquí no existe esa entidad. En /machine están las que hay.',
  'Somebody is there already': 'Ya hay alguien',
  'This agency is in use: somebody is or was there, or a key, a sign-in of its own or a record is. Its own administrators add people and make links; where none of them can sign in, somebody at the machine runs: npx holdfast user add --agency {} --role administrator --name "Their name" --email their@address. Nobody was added.':
    'Esta entidad está en uso: hay o hubo alguien, o hay una clave, un inicio de sesión propio o un registro. Sus propios administradores agregan personas y crean enlaces; si ninguno puede iniciar sesión, alguien ejecuta en el servidor: npx holdfast user add --agency {1} --role administrator --name "Their name" --email their@address. No se agregó a nadie.',
  'You run the machine, and nothing of an agency is for you to see or to hand in. What you can do is on /machine.':
    'Usted administra el servidor, y no le corresponde ver ni reportar nada de una entidad. Lo que puede hacer está en /machine.',
};
