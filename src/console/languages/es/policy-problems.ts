/** What is wrong with a version of a policy that somebody wrote, and what came of saving it. */
import type { Messages } from '../../language.ts';

export const policyProblems: Messages = {
  // The place in the form
  'Short name': 'Nombre corto',
  'Who keeps the records, {}': 'Quién conserva los registros, {1}',
  'Clause {}, {}': 'Cláusula {1}, {2}',
  'Recipient {}, {}': 'Destinatario {1}, {2}',
  'Who may remove {}, {}': 'Quién puede retirar {1}, {2}',
  'Word {}, {}': 'Palabra {1}, {2}',
  'Notice {}, {}': 'Aviso {1}, {2}',
  'Condition {}, {}': 'Condición {1}, {2}',
  'What must be kept {}, {}': 'Qué se debe conservar {1}, {2}',
  number: 'número',
  label: 'etiqueta',
  citation: 'cita legal',
  text: 'texto',
  purpose: 'propósito',
  'what it says': 'qué dice',
  'stands for': 'equivale a',
  // What is wrong there
  'Place in the list: expected a number, such as 3.': 'Lugar en la lista: se esperaba un número, como 3.',
  'expected a text of 1 to {} characters on one line, without blanks at its ends or control characters':
    'se esperaba un texto de 1 a {1} caracteres en una línea, sin espacios en los extremos ni caracteres de control',
  'expected a text of 1 to {} characters, without blanks at its ends, its lines ended by LF and not by CR':
    'se esperaba un texto de 1 a {1} caracteres, sin espacios en los extremos, con líneas terminadas en LF y no en CR',
  'expected one of: {}': 'se esperaba uno de estos: {1}',
  'expected a short name for ever: 2 to 63 of a-z, 0-9, . and -, beginning with a letter or digit':
    'se esperaba un nombre corto para siempre: de 2 a 63 caracteres de a-z, 0-9, . y -, que empiece con una letra o una cifra',
  'expected a day that the calendar has, as YYYY-MM-DD, of the years 1000 to 2999':
    'se esperaba un día que exista en el calendario, en la forma AAAA-MM-DD, de los años 1000 a 2999',
  'expected a list of at least one clause, and at most {}':
    'se esperaba una lista de al menos una cláusula y {1} como máximo',
  'expected the clause’s own number, such as 3.b: 1 to 63 of a-z, 0-9, . and -':
    'se esperaba el número de la propia cláusula, como 3.b: de 1 a 63 caracteres de a-z, 0-9, . y -',
  'expected a list [ … ] of at most {}': 'se esperaba una lista [ … ] de {1} como máximo',
  '"{}" is the number of another clause, at place {}, already':
    '«{1}» ya es el número de otra cláusula, en el lugar {2}',
  // What came of saving it
  'Saved. {}': 'Se guardó. {1}',
  'It took effect on {}: records name it from today on, and those before keep the clause that stood here then.':
    'Entró en vigor el {1}: los registros la citan desde hoy, y los anteriores conservan la cláusula que estaba aquí entonces.',
  'It counts from {} on.': 'Rige desde el {1}.',
  'Version {} was added since you opened this page, and what you wrote does not hold its changes. Look at it first; when you save again, yours comes after it.':
    'Se agregó la versión {1} desde que usted abrió esta página, y lo que escribió no contiene sus cambios. Véala primero; cuando vuelva a guardar, la suya irá después de ella.',
  'Takes effect on: version {} is in force since {}, so a later one cannot take effect before. Choose that day or a later one.':
    'Entra en vigor el: la versión {1} está vigente desde el {2}, así que una posterior no puede entrar en vigor antes. Elija ese día o uno posterior.',
  'Short name: a policy "{}" is here already. Make a new version of it, or choose another name.':
    'Nombre corto: ya hay aquí una política «{1}». Haga una versión nueva de ella o elija otro nombre.',
  'Name of this version: "{}" is here already. Choose another.':
    'Nombre de esta versión: «{1}» ya está aquí. Elija otro.',
};
