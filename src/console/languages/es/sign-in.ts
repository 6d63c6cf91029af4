/** Signing in, choosing how to sign in, the first account; and why it was not let through. */
import type { Messages } from '../../language.ts';

export const signIn: Messages = {
  'Sign in with a passkey': 'Usar una clave de acceso (passkey)',
  'or with your password': 'o con su contraseña',
  Password: 'Contraseña',
  'Code from your authenticator app': 'Código de su aplicación de autenticación',
  'Six digits; a new one each 30 seconds.': 'Seis dígitos; uno nuevo cada 30 segundos.',
  'Cannot get in? An administrator of your agency can send you a link with which you choose anew.':
    '¿No puede entrar? Un administrador de su entidad puede enviarle un enlace con el que usted elige de nuevo cómo iniciar sesión.',
  'Your agency': 'Su entidad',
  'Its short name here, such as rivertown.': 'Su nombre corto aquí, por ejemplo rivertown.',
  'Go on': 'Continuar',

  'Choose how to sign in': 'Elija cómo iniciar sesión',
  'Welcome, {}': 'Le damos la bienvenida, {1}',
  '{}. Choose how you will sign in; this link works once.':
    '{1}. Elija cómo iniciará sesión; este enlace funciona una sola vez.',
  'With a passkey': 'Con una clave de acceso (passkey)',
  'Your finger, your face or the number of this device; or a security key. There is nothing to remember and nothing that could be stolen here.':
    'Su huella, su cara o el PIN de este dispositivo; o una llave de seguridad. No hay nada que recordar ni nada que se pueda robar aquí.',
  'Make a passkey': 'Crear una clave de acceso (passkey)',
  'With a password and an authenticator app': 'Con una contraseña y una aplicación de autenticación',
  'New password': 'Contraseña nueva',
  'At least {} characters; a few words in a row are good.':
    'Al menos {1} caracteres; unas cuantas palabras seguidas sirven bien.',
  'Open an authenticator app on your phone, let it look at this picture, or type the letters below it. Then enter the six digits that it shows.':
    'Abra una aplicación de autenticación en su teléfono y haga que lea esta imagen, o escriba en ella las letras que están debajo. Luego escriba los seis dígitos que la aplicación muestra.',
  'Picture for an authenticator app; the letters below say the same':
    'Imagen para una aplicación de autenticación; las letras de abajo dicen lo mismo',
  'Code from the app': 'Código de la aplicación',
  'Use these from now on': 'Usar estos datos de ahora en adelante',

  'First account': 'Primera cuenta',
  'The first account': 'La primera cuenta',
  'It is an administrator’s: it adds everybody else. On the next page you choose how to sign in.':
    'Es la de un administrador: con ella se agrega a todas las demás personas. En la página siguiente usted elige cómo iniciar sesión.',
  'Your public body': 'Su entidad pública',
  'As it stands on letters, such as City of Rivertown.':
    'Como aparece en las cartas, por ejemplo City of Rivertown.',
  'For addresses and for ever: 2 to 63 of a-z, 0-9 and -, such as rivertown.':
    'Para las direcciones y para siempre: de 2 a 63 caracteres de a-z, 0-9 y -, por ejemplo rivertown.',
  'Time zone': 'Zona horaria',
  'In which its people see times, such as America/Chicago.':
    'En la que su personal ve las horas, por ejemplo America/Chicago.',
  You: 'Usted',
  'Your name': 'Su nombre',
  'The name to sign in with.': 'El nombre con el que se inicia sesión.',

  'E-mail address, password or code is not right. Check each, wait for a new code if this one was used already, and try again.':
    'El correo electrónico, la contraseña o el código no es correcto. Revise cada uno, espere un código nuevo si este ya se usó, e inténtelo de nuevo.',
  'Too many attempts in a row with this e-mail address: no password counts until you choose anew. Ask your administrator for a link, or use a passkey.':
    'Demasiados intentos seguidos con este correo electrónico: ninguna contraseña vale hasta que usted elija de nuevo cómo iniciar sesión. Pida un enlace a su administrador, o use una clave de acceso (passkey).',
  'Too many attempts with this e-mail address. Try again in a minute, or ask your administrator for a link to sign in anew.':
    'Demasiados intentos con este correo electrónico. Inténtelo de nuevo en un minuto, o pida a su administrador un enlace para elegir de nuevo cómo iniciar sesión.',
  'Too many attempts with this e-mail address. Try again in {} minutes, or ask your administrator for a link to sign in anew.':
    'Demasiados intentos con este correo electrónico. Inténtelo de nuevo en {1} minutos, o pida a su administrador un enlace para elegir de nuevo cómo iniciar sesión.',
  'This passkey does not sign in here: it is not known, was taken back, or took too long. Try again, or use your password.':
    'Esta clave de acceso (passkey) no sirve para iniciar sesión aquí: no se conoce, fue retirada o tardó demasiado. Inténtelo de nuevo, o use su contraseña.',
  'Expected the short name of your agency: 2 to 63 of a-z, 0-9 and -, such as rivertown.':
    'Se esperaba el nombre corto de su entidad: de 2 a 63 caracteres de a-z, 0-9 y -, por ejemplo rivertown.',
  'You were signed out before, so what you sent was not saved. Sign in and do it again.':
    'Su sesión ya se había cerrado, así que lo que envió no se guardó. Inicie sesión y hágalo de nuevo.',
  'Fill in every field.': 'Llene todos los campos.',
  'Too many are signing in with a password at this moment. Try again in a minute, or use a passkey.':
    'Demasiadas personas están iniciando sesión con contraseña en este momento. Inténtelo de nuevo en un minuto, o use una clave de acceso (passkey).',
  'Too many are knocking at this moment. Wait some seconds and try again.':
    'Hay demasiados intentos de entrar en este momento. Espere unos segundos e inténtelo de nuevo.',
  'Browsers make passkeys for names by https only, and HOLDFAST_PUBLIC_URL is not such an address. Sign in with a password.':
    'Los navegadores solo crean claves de acceso (passkeys) para nombres con https, y HOLDFAST_PUBLIC_URL no es una dirección así. Inicie sesión con una contraseña.',

  'This agency has no sign-in of its own. Sign in with a passkey or a password.':
    'Esta entidad no tiene un inicio de sesión propio. Inicie sesión con una clave de acceso (passkey) o una contraseña.',
  'Your agency’s sign-in does not answer just now. Try again in a moment, or use a passkey or a password here.':
    'El inicio de sesión de su entidad no responde en este momento. Inténtelo de nuevo en un momento, o use aquí una clave de acceso (passkey) o una contraseña.',
  'What your agency’s sign-in sent was not accepted: it was too old, used before, or not meant for this archive. Begin again.':
    'No se aceptó lo que envió el inicio de sesión de su entidad: era demasiado antiguo, ya se había usado o no era para Holdfast. Empiece de nuevo.',
  'Your agency’s sign-in does not take the archive’s client secret: it was changed there, or is over. Tell your administrator; until then use a passkey or a password here.':
    'El inicio de sesión de su entidad no acepta el secreto de cliente de Holdfast: se cambió allí o caducó. Avise a su administrador; mientras tanto, use aquí una clave de acceso (passkey) o una contraseña.',
  'You are known there, and have no role in the archive yet. Ask whoever looks after your agency’s sign-in to put you into the right group.':
    'Allí se le conoce, pero todavía no tiene ningún rol en Holdfast. Pida a quien se encarga del inicio de sesión de su entidad que agregue su cuenta al grupo correcto.',
  'Your agency’s sign-in makes you an auditor and something else as well; an auditor holds no other role. Ask whoever looks after it to take one of them away.':
    'El inicio de sesión de su entidad le da el rol de auditor y además otro; un auditor no tiene ningún otro rol. Pida a quien se encarga de él que le quite uno de los dos.',
  'Sign in there with a second factor: the archive asks for it.':
    'Inicie sesión allí con un segundo factor: Holdfast lo exige.',
  'Your agency’s sign-in did not send a confirmed e-mail address, or one that somebody else here has already. Ask your administrator.':
    'El inicio de sesión de su entidad no envió un correo electrónico confirmado, o envió uno que aquí ya tiene otra persona. Pregunte a su administrador.',
  'This account was closed. Ask your administrator.': 'Esta cuenta se cerró. Pregunte a su administrador.',

  'Nothing was changed yet: see below.': 'Todavía no se cambió nada: vea abajo.',
  'The letters for the app were lost on the way. Let the app look at this new picture.':
    'Las letras para la aplicación se perdieron en el camino. Haga que la aplicación lea esta imagen nueva.',
  'This is not the code that the app shows now. Check that the phone’s clock is right, and enter the newest code.':
    'Este no es el código que la aplicación muestra ahora. Revise que el reloj del teléfono esté bien y escriba el código más reciente.',
  'This passkey could not be taken: it took too long, or the device did not check who you are. Try again.':
    'No se pudo aceptar esta clave de acceso (passkey): tardó demasiado, o el dispositivo no comprobó quién es usted. Inténtelo de nuevo.',
  'Choose a password of at least {} characters; a few words in a row are good.':
    'Elija una contraseña de al menos {1} caracteres; unas cuantas palabras seguidas sirven bien.',
  'A password has at most {} characters.': 'Una contraseña tiene como máximo {1} caracteres.',
  'Choose a password without your name, your address or the name of your agency in it.':
    'Elija una contraseña que no contenga su nombre, su correo ni el nombre de su entidad.',
  'This password is among the first that would be tried. Choose another one.':
    'Esta contraseña es una de las primeras que alguien probaría. Elija otra.',
  'This link was used, was replaced by a newer one, or is too old. Ask your administrator for a new one. If you have chosen how to sign in already, sign in.':
    'Este enlace ya se usó, fue sustituido por uno más nuevo o es demasiado antiguo. Pida uno nuevo a su administrador. Si ya eligió cómo iniciar sesión, inicie sesión.',
  'This link was used, or is a day old, or there is an account already. As long as there is none, each npm start prints a new link. Otherwise: npx holdfast user add.':
    'Este enlace ya se usó, tiene más de un día, o ya hay una cuenta. Mientras no haya ninguna, cada npm start muestra un enlace nuevo. Si ya la hay: npx holdfast user add.',
  'Choose one of the agencies.': 'Elija una de las entidades.',
  'Expected 2 to 63 of a-z, 0-9 and -, such as rivertown.':
    'Se esperaban de 2 a 63 caracteres de a-z, 0-9 y -, por ejemplo rivertown.',
  'Enter the name of your public body.': 'Escriba el nombre de su entidad pública.',
  'Expected a zone by its IANA name, such as America/Chicago.':
    'Se esperaba una zona por su nombre de la IANA, por ejemplo America/Chicago.',
  'There is an agency of this short name already.': 'Ya hay una entidad con este nombre corto.',
};
