/** The people of an agency: their roles, the link that lets somebody in, and what cannot be changed and why. */
import type { Messages } from '../../language.ts';

export const people: Messages = {
  'One person has an account.': 'Una persona tiene cuenta.',
  '{} people have an account.': '{1} personas tienen cuenta.',
  '{} (you)': '{1} (usted)',
  'Add somebody': 'Agregar a alguien',
  'What may they do?': '¿Qué puede hacer esta persona?',
  'Add, and show the link to send': 'Agregar y mostrar el enlace para enviar',
  'Hands in what is about to be removed.': 'Reporta lo que está por retirarse.',
  'Finds records and answers requests; hands in too.':
    'Busca registros y responde solicitudes; también reporta.',
  'Prepares what is due to be destroyed.': 'Prepara lo que toca destruir.',
  'The second signature under a destruction.': 'La segunda firma de una destrucción.',
  'Reads everything and changes nothing; holds no other role.':
    'Lee todo y no cambia nada; no tiene ningún otro rol.',
  'Adds people, clauses and accounts.': 'Agrega personas, cláusulas y cuentas.',
  Left: 'Ya no están aquí',
  'Left on': 'Dado de baja el',
  '. What they did stays in the histories.': '. Lo que hizo queda en los historiales.',
  'Signs in by your agency’s own sign-in, which also says what they may do.':
    'Entra con el inicio de sesión propio de su entidad, que también dice lo que puede hacer.',
  'Signs in by your agency’s own sign-in, which also says what they may do; a passkey or a password of theirs works here, too.':
    'Entra con el inicio de sesión propio de su entidad, que también dice lo que puede hacer; aquí le sirve además su clave de acceso (passkey) o su contraseña.',
  'For three days, the next who signs in by your agency’s sign-in with this confirmed address is this person here. From then on their groups there say what they may do.':
    'Durante tres días, la próxima persona que entre por el inicio de sesión de su entidad con este correo confirmado es esta persona aquí. Desde entonces, sus grupos allí dicen lo que puede hacer.',
  'May come by your agency’s sign-in': 'Puede entrar por el inicio de sesión de su entidad',
  'For three days, whoever signs in by your agency’s sign-in with the confirmed address {} is {} here.':
    'Durante tres días, quien entre por el inicio de sesión de su entidad con el correo confirmado {1} es {2} aquí.',
  'No sign-in of your agency is connected, so nobody comes by one. Connect it first; nothing was changed.':
    'No hay ningún inicio de sesión de su entidad conectado, así que nadie entra por uno. Conéctelo primero; no se cambió nada.',
  'Signed in by a sign-in of your agency that is not connected any more. A link lets them choose another way.':
    'Entraba con un inicio de sesión de su entidad que ya no está conectado. Con un enlace puede elegir otra forma.',
  'Has not chosen how to sign in yet.': 'Todavía no ha elegido cómo iniciar sesión.',
  'Signs in with a passkey.': 'Inicia sesión con una clave de acceso (passkey).',
  'Signs in with {} passkeys.': 'Inicia sesión con {1} claves de acceso (passkeys).',
  'Signs in with password and code.': 'Inicia sesión con contraseña y código.',
  'Signs in with a passkey or password and code.':
    'Inicia sesión con una clave de acceso (passkey) o con contraseña y código.',
  'Signs in with {} passkeys or password and code.':
    'Inicia sesión con {1} claves de acceso (passkeys) o con contraseña y código.',
  'Never signed in.': 'Nunca ha iniciado sesión.',
  'Last seen': 'Estuvo aquí por última vez el',
  'Change {}': 'Cambiar el acceso de {1}',
  'Your own roles and access are changed by another administrator, so that nobody locks the door behind the last one.':
    'Sus propios roles y su acceso los cambia otro administrador, para que nadie deje la entidad sin quien pueda entrar a administrarla.',
  Roles: 'Roles',
  'Whoever loses a role is signed out at once.': 'A quien pierde un rol se le cierra la sesión de inmediato.',
  'Save the roles': 'Guardar los roles',
  'of {}': 'de {1}',
  'Who leaves is signed out at once, and cannot sign in any more.':
    'A quien se da de baja se le cierra la sesión de inmediato, y ya no puede iniciarla.',
  '{} has left': 'Dar de baja a {1}',
  'For somebody new, or who lost their passkey, password or phone. A link that was sent before works no more.':
    'Para alguien nuevo, o que perdió su clave de acceso (passkey), su contraseña o su teléfono. Un enlace enviado antes deja de funcionar.',
  'Make a link to sign in anew': 'Crear un enlace para elegir de nuevo cómo iniciar sesión',
  'for {}': 'para {1}',

  'Link to send': 'Enlace para enviar',
  'A link for {}': 'Un enlace para {1}',
  'Send it to them and to nobody else. It is shown this once, and works once, until':
    'Envíelo a esa persona y a nadie más. Se muestra solo esta vez y funciona una sola vez, hasta el',
  'Whoever opens it chooses how to sign in as {}.': 'Quien lo abra elige cómo iniciar sesión como {1}.',
  'Back to the people': 'Volver a las personas',

  'Nobody was added yet: see below.': 'Todavía no se agregó a nadie: vea abajo.',
  'The roles of {} are saved.': 'Los roles de {1} se guardaron.',
  'The roles of {} stay as they were. {}': 'Los roles de {1} quedan como estaban. {2}',
  '{} is signed out everywhere and cannot sign in any more.':
    'Se cerraron todas las sesiones de {1}, que ya no puede iniciar sesión.',
  'People are added and changed by an administrator who signed in, not by a key. Sign in, or use "holdfast user add".':
    'A las personas las agrega y las cambia un administrador que inició sesión, no una clave. Inicie sesión, o use "holdfast user add".',
  '{} signs in by your agency’s own sign-in, which says what they may do. Change it there; nothing was changed here.':
    '{1} entra con el inicio de sesión propio de su entidad, que dice lo que puede hacer. Cámbielo allí; aquí no se cambió nada.',
  'There is no such person in this agency.': 'No existe esa persona en esta entidad.',
  'Your own roles and access are changed by another administrator. Ask one of them; nothing was changed.':
    'Sus propios roles y su acceso los cambia otro administrador. Pídaselo a uno de ellos; no se cambió nada.',
  'Enter the name by which colleagues know this person.':
    'Escriba el nombre con el que sus colegas conocen a esta persona.',
  'A name has at most 200 characters.': 'Un nombre tiene como máximo 200 caracteres.',
  'Enter an e-mail address such as name@agency.gov; it is the name to sign in with.':
    'Escriba un correo electrónico como name@agency.gov; es el nombre con el que se inicia sesión.',
  'Somebody of this agency has this e-mail address already. Change that person instead, or enter another address.':
    'Alguien de esta entidad ya tiene este correo electrónico. Cambie los datos de esa persona, o escriba otro correo.',
  'Choose at least one role.': 'Elija al menos un rol.',
  'There is no such role. There are: {}.': 'No existe ese rol. Los que hay: {1}.',
  'An auditor reads everything and changes nothing, so an auditor holds no other role. Take one of them away.':
    'Un auditor lee todo y no cambia nada, por eso no tiene ningún otro rol. Quite uno de los dos.',
};
