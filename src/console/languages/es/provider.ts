/** The page of the city's own sign-in. */
import type { Messages } from '../../language.ts';

export const provider: Messages = {
  'Sign-in': 'Inicio de sesión',
  'Sign-in of your agency': 'Inicio de sesión de su entidad',
  'People sign in with the account that they have at your agency (OpenID Connect), and get their roles from their groups there, anew each time. Whoever leaves there does not get in here. Passkeys and passwords of the archive go on beside it.':
    'Las personas inician sesión con la cuenta que tienen en su entidad (OpenID Connect) y reciben sus roles de los grupos que tienen allí, de nuevo cada vez. Quien deja la entidad ya no entra aquí. Las claves de acceso y contraseñas del archivo siguen valiendo aparte.',
  'It is connected:': 'Está conectado:',
  'the page where people sign in': 'la página donde se inicia sesión',
  '. Try it in a private window.': '. Pruébelo en una ventana privada.',
  'It is not connected yet. {}': 'Todavía no está conectado. {1}',
  'It is not connected yet.': 'Todavía no está conectado.',
  'Whoever looks after accounts at your agency registers the archive there and tells you what stands below.':
    'Quien administra las cuentas de su entidad registra allí el archivo y le indica lo que va aquí abajo.',
  'To be registered there, as the address to come back to:': 'Dirección de retorno que se registra allí:',
  'End it': 'Terminarlo',
  'Nobody signs in by it any more, and whoever did is signed out. They need a link of yours, under':
    'Nadie inicia sesión por él desde ahora, y a quien lo hizo se le cierra la sesión. Necesita un enlace suyo, en',
  ', to go on with a passkey or a password.': ', para seguir con una clave de acceso o una contraseña.',
  'End this sign-in': 'Terminar este inicio de sesión',
  'Address of the provider (issuer)': 'Dirección del proveedor (issuer)',
  'Such as https://login.rivertown.example, as the provider names itself':
    'Por ejemplo https://login.rivertown.example, como se nombra el proveedor',
  'Client id': 'Id de cliente',
  'As the archive is registered there': 'Como está registrado allí el archivo',
  'Client secret': 'Secreto de cliente',
  'It is kept and never shown. Leave it empty to go on with the one that there is.':
    'Se guarda y nunca se muestra. Déjelo vacío para seguir con el que ya hay.',
  'It is kept and never shown.': 'Se guarda y nunca se muestra.',
  'What the button says': 'Texto del botón',
  'On the page where people sign in': 'En la página donde se inicia sesión',
  'Claim that names groups or roles': 'Dato (claim) que nombra grupos o roles',
  'Such as groups': 'Por ejemplo groups',
  'Which groups may do what?': '¿Qué grupos pueden hacer qué?',
  'One group on each line, written as the provider writes it. Whoever is in none of them does not get in. An auditor holds no other role.':
    'Un grupo por línea, escrito como lo escribe el proveedor. Quien no está en ninguno no entra. Un auditor no tiene ningún otro rol.',
  'Ways to sign in there, of which one must have been used':
    'Formas de iniciar sesión allí, de las que debe haberse usado una',
  'Empty: the provider decides. Otherwise one on each line, as it writes them into “amr”, such as mfa.':
    'Vacío: decide el proveedor. Si no, una por línea, como las escribe en «amr», por ejemplo mfa.',
  None: 'Ninguno',
  Save: 'Guardar',
  Connect: 'Conectar',
  'Connected. Try it in a private window before you tell anybody. Whoever came by it before signs in anew.':
    'Conectado. Pruébelo en una ventana privada antes de avisar a nadie. Quien entró antes por él inicia sesión de nuevo.',
  'Nobody signs in by it any more, and whoever did is signed out.':
    'Nadie inicia sesión por él desde ahora, y a quien lo hizo se le cerró la sesión.',
  'There is no provider at this address that names itself so: the archive asked it for its description (“/.well-known/openid-configuration”) and got none. Check the address. Only public addresses are asked; a provider inside your own network is connected by whoever runs the archive.':
    'En esta dirección no hay ningún proveedor que se nombre así: el archivo le pidió su descripción («/.well-known/openid-configuration») y no recibió ninguna. Revise la dirección. Solo se consultan direcciones públicas; un proveedor dentro de su propia red lo conecta quien opera el archivo.',
  'You signed in by this provider yourself, and would be locked out. Set up a passkey or a password here first: under People, give yourself a new link, and sign in with that.':
    'Usted mismo inició sesión por este proveedor y se quedaría fuera. Configure primero aquí una clave de acceso o una contraseña: en Personas, dese un enlace nuevo e inicie sesión con él.',
  'The issuer is an address that begins with https://, as the provider names itself.':
    'El issuer es una dirección que empieza por https://, como se nombra el proveedor.',
  'The issuer is the address before “/.well-known/”: leave that away, and what comes after it.':
    'El issuer es la dirección que está antes de «/.well-known/»: quite esa parte y lo que le sigue.',
  'The client id is a text of 1 to {} characters on one line, without blanks at its ends.':
    'El id de cliente es un texto de 1 a {1} caracteres en una línea, sin espacios en los extremos.',
  'The client secret is a text of 1 to {} characters on one line, without blanks at its ends.':
    'El secreto de cliente es un texto de 1 a {1} caracteres en una línea, sin espacios en los extremos.',
  'What the button says is a text of 1 to {} characters on one line, without blanks at its ends.':
    'El texto del botón es un texto de 1 a {1} caracteres en una línea, sin espacios en los extremos.',
  'The claim that names groups or roles is a text of 1 to {} characters on one line, without blanks at its ends.':
    'El dato que nombra grupos o roles es un texto de 1 a {1} caracteres en una línea, sin espacios en los extremos.',
  'A value of the claim is a text of 1 to {} characters on one line, without blanks at its ends.':
    'Un valor del dato es un texto de 1 a {1} caracteres en una línea, sin espacios en los extremos.',
  'Say for at least one value of the claim which roles it gives, such as records-staff=custodian.':
    'Indique para al menos un valor del dato qué roles da, por ejemplo records-staff=custodian.',
  'There is no role {}. There are: {}.': 'No existe el rol {1}. Existen: {2}.',
  '"{}" gives auditor beside another role; an auditor holds no other.':
    '«{1}» da el rol de auditor junto a otro; un auditor no tiene ningún otro.',
  'A way to sign in is one word, as the provider writes it into "amr", such as mfa.':
    'Una forma de iniciar sesión es una palabra, como la escribe el proveedor en «amr», por ejemplo mfa.',
};
