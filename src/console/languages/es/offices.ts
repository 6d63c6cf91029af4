/** Who is told by mail. */
import type { Messages } from '../../language.ts';

export const offices: Messages = {
  'Keeps the records': 'Conserva los registros',
  'Is told of everything, reminded of what nobody confirmed, and told when something stands still.':
    'Recibe aviso de todo, se le recuerda lo que nadie confirmó y se le avisa cuando algo se detiene.',
  'Gets a copy': 'Recibe copia',
  'Is told of what was archived.': 'Recibe aviso de lo que se archivó.',
  'Mail is not set up on this installation yet: whoever runs it sets SMTP_URL. Until then the worklist is the only place where new records are announced.':
    'El correo todavía no está configurado en esta instalación: quien la administra define SMTP_URL. Hasta entonces, los pendientes son el único lugar donde se anuncian los registros nuevos.',
  'Who is told by mail when something was archived. A letter says what kind of content, where, under which clause and when; never what was said, nor by whom.':
    'A quién se avisa por correo cuando se archivó algo. Cada mensaje dice qué tipo de contenido, dónde, por qué cláusula y cuándo; nunca qué se dijo ni quién lo dijo.',
  'What your policies order': 'Lo que ordenan sus políticas',
  'No office that keeps the records is told of everything. What goes under another policy, or under none, and what stands still, is told to nobody.':
    'Ninguna oficina que conserva los registros recibe aviso de todo. De lo que corresponde a otra política o a ninguna, y de lo que se detiene, no se avisa a nadie.',
  'No office is named yet: nobody is told by mail.':
    'Todavía no se indicó ninguna oficina: no se avisa a nadie por correo.',
  'Add an office': 'Agregar una oficina',
  'Its name': 'Su nombre',
  'Such as: Office of the City Clerk': 'Como: Oficina de la Secretaría Municipal',
  'E-mail address': 'Correo electrónico',
  'Better an address of the office than of one person.':
    'Mejor una dirección de la oficina que la de una sola persona.',
  'What does it do with it?': '¿Qué hace con ello?',
  'Of what is it told?': '¿De qué recibe aviso?',
  'Of everything': 'De todo',
  'Only of what goes under: {}': 'Solo de lo que corresponde a: {1}',
  'Where does the policy say so?': '¿Dónde lo dice la política?',
  'If it does. It stands in each letter.': 'Si lo dice. Aparece en cada mensaje.',
  'Tell this office from now on': 'Avisar a esta oficina desde ahora',
  'Told no more': 'Ya no reciben avisos',
  Until: 'Hasta el',
  'told of everything': 'recibe aviso de todo',
  'told of what goes under {}': 'recibe aviso de lo que corresponde a {1}',
  'No letter has gone to it yet.': 'Todavía no se le envió ningún mensaje.',
  'The mail server took the last letter': 'El servidor de correo aceptó el último mensaje el',
  'A letter could not be sent, once so far ({}). It is tried again for three days. Check the address; if it is right, whoever runs this installation looks at the mail server.':
    'Un mensaje no se pudo enviar; se intentó una vez hasta ahora ({1}). Se vuelve a intentar durante tres días. Revise la dirección; si es correcta, quien administra esta instalación revisa el servidor de correo.',
  'A letter could not be sent, {} times so far ({}). It is tried again for three days. Check the address; if it is right, whoever runs this installation looks at the mail server.':
    'Un mensaje no se pudo enviar; se intentó {1} veces hasta ahora ({2}). Se vuelve a intentar durante tres días. Revise la dirección; si es correcta, quien administra esta instalación revisa el servidor de correo.',
  'A letter was given up after three days,': 'Se dejó de intentar el envío de un mensaje tras tres días, el',
  '. What was archived is on the worklist.': '. Lo que se archivó está en los pendientes.',
  'Try, change or end {}': 'Probar, cambiar o dar de baja {1}',
  'Send a letter to try the address': 'Enviar un mensaje para probar la dirección',
  'Its address': 'Su dirección',
  'What it was not told yet goes to the new one.': 'Los avisos que aún no recibió van a la nueva.',
  'Change the address': 'Cambiar la dirección',
  'What it was not told yet is not sent then.': 'Entonces ya no se envían los avisos que aún no recibió.',
  'Tell {} no more': 'Dejar de avisar a {1}',
  // What came of it
  'Nothing was sent: mail is not set up on this installation.':
    'No se envió nada: el correo no está configurado en esta instalación.',
  'A letter is on its way. Open this page again in a moment: it says whether the mail server took it.':
    'Un mensaje está en camino. Vuelva a abrir esta página en un momento: dirá si el servidor de correo lo aceptó.',
  'This address was tried in the last ten minutes. See below what came of it, and wait a little.':
    'Esta dirección se probó en los últimos diez minutos. Vea abajo qué resultó y espere un poco.',
  'There is no such office in this agency, or it is told no more. Open the list anew.':
    'En esta entidad no hay tal oficina, o ya no recibe aviso. Vuelva a abrir la lista.',
  'Nothing was added yet: see below.': 'Todavía no se agregó nada: vea abajo.',
  '{} is told from now on.': 'Desde ahora se avisa a {1}.',
  'This office is told no more, and what it was not told yet is not sent. What it was told stays in the histories.':
    'Esta oficina ya no recibe aviso, y ya no se le envían los avisos que aún no recibió. Los que recibió quedan en los historiales.',
  'The address is changed. What waited for it goes there now.':
    'La dirección cambió. Los avisos que esperaban van ahora allí.',
  'The address stays as it was. {}': 'La dirección queda como estaba. {1}',
  'Expected the office’s name: 1 to 200 characters in one line.':
    'Se esperaba el nombre de la oficina: de 1 a 200 caracteres en una línea.',
  'Expected one e-mail address, such as clerk@rivertown.example.':
    'Se esperaba una sola dirección de correo, como clerk@rivertown.example.',
  'This address is told already, for the same policy.':
    'Esta dirección ya recibe aviso, por la misma política.',
  'Say what the office does with it: it keeps the records, or it gets a copy.':
    'Indique qué hace la oficina con ello: conserva los registros o recibe copia.',
  'Your agency has no policy of this name.': 'Su entidad no tiene ninguna política con este nombre.',
  'Expected at most 300 characters in one line.': 'Se esperaban 300 caracteres como máximo en una línea.',
};
