/** The page of the city's own sign-in. */
import type { Messages } from '../../language.ts';

export const provider: Messages = {
  'Sign-in': 'Inicio de sesión',
  'Sign-in of your agency': 'Inicio de sesión de su entidad',
  'People sign in with the account that they have at your agency (OpenID Connect), and get their roles from their groups there, anew each time. Whoever leaves there does not get in here. Passkeys and passwords of the archive go on beside it.':
    'Las personas inician sesión con la cuenta que tienen en su entidad (OpenID Connect) y reciben sus roles de los grupos que tienen allí, de nuevo cada vez. Quien deja la entidad ya no entra aquí. Las claves de acceso y contraseñas de Holdfast siguen valiendo aparte.',
  'It is connected:': 'Está conectado:',
  'the page where people sign in': 'la página donde se inicia sesión',
  '. Try it in a private window.': '. Pruébelo en una ventana privada.',
  'It is not connected yet. {}': 'Todavía no está conectado. {1}',
  'It is not connected yet.': 'Todavía no está conectado.',
  'Whoever looks after accounts at your agency registers the archive there and tells you what stands below.':
    'Quien administra las cuentas de su entidad registra allí Holdfast y le indica lo que va aquí abajo.',
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
  'As the archive is registered there': 'Como está registrado allí Holdfast',
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
    'En esta dirección no hay ningún proveedor que se nombre así: Holdfast le pidió su descripción («/.well-known/openid-configuration») y no recibió ninguna. Revise la dirección. Solo se consultan direcciones públicas; un proveedor dentro de su propia red lo conecta quien administra el servidor.',
  'No administrator of your agency has a passkey or a password here, so nobody could mend this if it went wrong. Nothing was changed. Under People, add an administrator with another e-mail address and send them the link; once they have chosen how to sign in, do this again.':
    'Ningún administrador de su entidad tiene aquí una clave de acceso (passkey) o una contraseña, así que nadie podría arreglarlo si algo saliera mal. No se cambió nada. En Personas, agregue un administrador con otro correo electrónico y envíele el enlace; cuando haya elegido cómo iniciar sesión, hágalo de nuevo.',
  'Somebody changed this after you opened the page, so nothing of yours was saved. Below it is as it is now: do yours again.':
    'Alguien cambió esto después de que usted abrió la página, por eso no se guardó nada suyo. Abajo está como es ahora: haga sus cambios de nuevo.',
  'Type the client secret again: what was typed is not sent back to the page.':
    'Escriba de nuevo el secreto de cliente: lo que se escribió no se envía de vuelta a la página.',
  'Whoever has an account here already goes on with it: somebody who comes by this sign-in with the same e-mail address is not let in, so that nobody gets at another’s account. Under People you may allow it for each of them, once.':
    'Quien ya tiene una cuenta aquí sigue con ella: a quien llega por este inicio de sesión con el mismo correo electrónico no se le deja entrar, para que nadie se apodere de la cuenta de otra persona. En Personas puede autorizarlo para cada quien, una vez.',
  'The provider must send an e-mail address that it has confirmed: “email” with “email_verified”, or with “xms_edov” where it is Microsoft Entra.':
    'El proveedor debe enviar un correo electrónico que haya confirmado: «email» con «email_verified», o con «xms_edov» si es Microsoft Entra.',
  'It may stand inside your own network: then only whoever runs the archive can connect it again.':
    'Puede estar dentro de su propia red: en ese caso solo quien administra el servidor puede conectarlo otra vez.',
  'The issuer begins or ends with a blank. Take it away.':
    'El issuer empieza o termina con un espacio. Quítelo.',
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
