/** The register of sites, one site of it, and what longer forms have in common. */
import type { Messages } from '../../language.ts';

export const accounts: Messages = {
  // Of every longer form
  'Nothing was saved yet: one thing is to be mended': 'Todavía no se guardó nada: hay algo que corregir',
  'Nothing was saved yet: {} things are to be mended':
    'Todavía no se guardó nada: hay {1} cosas que corregir',
  'Enter 1 to {} characters, without blanks at the beginning or end.':
    'Escriba de 1 a {1} caracteres, sin espacios al principio ni al final.',
  'Choose one of those in the list.': 'Elija una de las opciones de la lista.',
  'This is changed by an administrator who signed in, not by a key. Sign in, or use "holdfast {}".':
    'Esto lo cambia un administrador que inició sesión, no una clave. Inicie sesión o use "holdfast {1}".',
  'the command line': 'la línea de comandos',
  'by {}': 'por {1}',
  'by {}.': 'por {1}.',
  // The list
  'Open for comments': 'Abierto a comentarios',
  'Limited: comments on its subject only': 'Limitado: solo comentarios sobre su tema',
  'No forum: nobody else comments': 'No es foro: nadie más comenta',
  'No site is in the register yet. Reports are taken all the same; a registered site is recognised in them, and a moderator chooses it by one tap.':
    'Todavía no hay ningún sitio inscrito. De todos modos se reciben reportes; un sitio inscrito se reconoce en ellos, y el moderador lo elige con un solo toque.',
  'One site is in the register.': 'Hay un sitio inscrito.',
  '{} sites are in the register.': 'Hay {1} sitios inscritos.',
  'Add a site': 'Agregar un sitio',
  'Named in reports, not in the register': 'Mencionados en reportes, sin inscribir',
  'on {}': 'en {1}',
  'In one record, last': 'En un registro; el último, el',
  'In {} records, last': 'En {1} registros; el último, el',
  Register: 'Inscribir',
  'Closed sites': 'Sitios cerrados',
  'Forum: not said': 'Foro: no se indicó',
  'Closed since': 'Cerrado desde el',
  'No approval on file.': 'No consta ninguna aprobación.',
  'Approved by {} on {}.': 'Aprobado por {1} el {2}.',
  'id {}': 'id {1}',
  // One site
  Platform: 'Plataforma',
  Name: 'Nombre',
  Handle: 'Nombre de usuario',
  Address: 'Dirección',
  'Its id on the platform': 'Su id en la plataforma',
  Department: 'Departamento',
  Forum: 'Foro',
  'Comment rule': 'Regla de comentarios',
  Administrators: 'Administradores',
  'Other administrators': 'Otros administradores',
  'Approved by': 'Aprobado por',
  'Approved on': 'Aprobado el',
  Approval: 'Aprobación',
  Closed: 'Cerrado',
  'Not said': 'No se indicó',
  'Known there as': 'Allí se conoce como',
  'Such as facebook; of small letters, digits and -.': 'Como facebook; con minúsculas, cifras y -.',
  'Add the site': 'Agregar el sitio',
  'Back to the accounts': 'Volver a las cuentas',
  'Records that name it stay, and so does this page.':
    'Los registros que lo mencionan se quedan, y esta página también.',
  'Change it': 'Cambiarlo',
  'Save the changes': 'Guardar los cambios',
  'A closed site is offered no more when something is handed in. Nothing that names it goes.':
    'Un sitio cerrado ya no se ofrece al reportar. Nada de lo que lo menciona se borra.',
  'It is offered again when something is handed in.': 'Se vuelve a ofrecer al reportar.',
  'Close this site': 'Cerrar este sitio',
  'Open it again': 'Volver a abrirlo',
  'What moderators read, such as “Police, on Facebook”.':
    'Lo que leen los moderadores, como «Policía, en Facebook».',
  'Its name there, with or without @.': 'Su nombre allí, con o sin @.',
  'Begins with https://': 'Empieza con https://',
  'Where it has one; reports by programs may name it so.':
    'Si tiene uno; los reportes de programas pueden mencionarlo así.',
  'What may be removed depends on it. Your attorney’s word counts.':
    'De esto depende qué se puede retirar. Lo que vale es lo que diga su abogado.',
  'What the site says about comments: what it takes, and what is removed.':
    'Lo que el sitio dice sobre los comentarios: qué acepta y qué se retira.',
  'Who administers it?': '¿Quién lo administra?',
  '{} (left)': '{1} (ya no está)',
  'Administrators without an account here': 'Administradores sin cuenta aquí',
  'One name on each line.': 'Un nombre en cada línea.',
  'The office or person that approved the site. Empty: no approval is on file.':
    'La oficina o persona que aprobó el sitio. Vacío: no consta ninguna aprobación.',
  'How it changed': 'Cómo cambió',
  ', by {}': ', por {1}',
  'Added.': 'Agregado.',
  '{}: “{}” became “{}”': '{1}: antes «{2}», ahora «{3}»',
  '{}: nothing became “{}”': '{1}: antes nada, ahora «{2}»',
  '{}: “{}” became nothing': '{1}: antes «{2}», ahora nada',
  yes: 'sí',
  no: 'no',
  // What came of it
  'There is no such account in this agency.': 'En esta entidad no existe ese sitio.',
  'Saved.': 'Se guardó.',
  'Somebody changed this site since you opened the page, so nothing was saved. It is shown as it stands now: make your change again.':
    'Alguien cambió este sitio desde que usted abrió la página, así que no se guardó nada. Se muestra como está ahora: haga su cambio otra vez.',
  'Added to the register.': 'Se inscribió.',
  'It cannot be registered as it was named. {} Add it as a new site.':
    'No se puede inscribir tal como se mencionó. {1} Agréguelo como un sitio nuevo.',
  'It is in the register now. Say below whose it is, and who approved it.':
    'Ya está inscrito. Indique abajo de quién es y quién lo aprobó.',
  'Choose people of this agency.': 'Elija personas de esta entidad.',
  'The register has it already, as “{}”.': 'Ya está inscrito, como «{1}».',
  'The register has it already, as “{}”, which is closed: open it again instead.':
    'Ya está inscrito, como «{1}», que está cerrado: mejor vuelva a abrirlo.',
  'Enter the platform as a-z, 0-9 and -, such as facebook.':
    'Escriba la plataforma con a-z, 0-9 y -, como facebook.',
  'Enter its name there, its address or its id: one of them, so that reports find it.':
    'Escriba su nombre allí, su dirección o su id: uno de ellos, para que los reportes lo encuentren.',
  'Enter an address that begins with https:// or http://, or nothing.':
    'Escriba una dirección que empiece con https:// o http://, o nada.',
  'Enter each name on a line of its own, at most 200 characters, no blanks at its ends.':
    'Escriba cada nombre en una línea aparte, de 200 caracteres como máximo, sin espacios en los extremos.',
  'A site has at most {} administrators here. Take some away.':
    'Aquí un sitio tiene {1} administradores como máximo. Quite algunos.',
  'Enter a day that the calendar has, as YYYY-MM-DD, of the years 1000 to 2999.':
    'Escriba un día que exista en el calendario, en la forma AAAA-MM-DD, de los años 1000 a 2999.',
  'Enter the day of the approval, or take away who approved it.':
    'Escriba el día de la aprobación, o quite a quien lo aprobó.',
  'Enter who approved it, or take away the day.': 'Escriba quién lo aprobó, o quite el día.',
};
