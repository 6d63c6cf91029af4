/** Agreements in writing that a policy asks for before somebody may moderate. */
import type { Messages } from '../../language.ts';

export const agreements: Messages = {
  // What a moderator reads
  'asks you to agree in writing before you moderate; your administrator has no agreement of yours on file. Sign it and give it to your administrator. What you hand in is archived all the same.':
    'le pide que acepte por escrito antes de moderar; su administrador no tiene registrada ninguna aceptación suya. Fírmela y entréguela a su administrador. Lo que usted reporte se archiva de todos modos.',
  // The page of people
  'Agreement not on file:': 'No consta la aceptación por escrito:',
  '{} may hand in at once. An agreement in writing is asked for first, and none is on file:':
    '{1} puede reportar de inmediato. Antes se pide una aceptación por escrito, y no consta ninguna:',
  'When it is signed, put it on file on the page of people.':
    'Cuando esté firmada, regístrela en la página de personas.',
  'Agreements in writing': 'Aceptaciones por escrito',
  'Here stands who agreed and where the paper is; the paper stays with you. Whoever lacks one can hand in all the same, so that nothing is removed without being archived.':
    'Aquí consta quién aceptó y dónde está el documento; el documento queda en su poder. A quien le falte puede reportar de todos modos, para que nada se retire sin archivarse.',
  'Nobody here is a moderator.': 'Nadie aquí es moderador.',
  'Who is no moderator': 'Quienes no son moderadores',
  'Not on file:': 'No consta:',
  'Agreed on {} to version {} of': 'Aceptó el {1} la versión {2} de',
  'Version {} is in force today.': 'Hoy está vigente la versión {1}.',
  'The paper: {}': 'El documento: {1}',
  'Put on file by {},': 'Registrada por {1}, el',
  'Entered by mistake?': '¿Se registró por error?',
  'It is on file no more then; that it was, stays in the history of the agency.':
    'Entonces ya no consta; que constó queda en el historial de la entidad.',
  'Take it back': 'Anular la anotación',
  'Of people who left, or taken back': 'De quienes ya no están, o anuladas',
  'Taken back by {},': 'Anulada por {1}, el',
  'Put an agreement of {} on file': 'Registrar una aceptación de {1}',
  'Policy and version on the paper': 'Política y versión en el documento',
  'Day on the paper': 'Fecha del documento',
  'Where is the paper?': '¿Dónde está el documento?',
  'Such as “City Clerk, personnel file”. May stay empty.':
    'Por ejemplo «Secretaría municipal, expediente de personal». Puede quedar vacío.',
  'Put it on file': 'Registrarla',
  // What came of it
  'Nothing was put on file yet: see below, at': 'Todavía no se registró nada: vea abajo, en',
  'The agreement of {} is on file.': 'La aceptación de {1} quedó registrada.',
  'An agreement of {} to this version was on file already; nothing was changed. To put it right, take that one back first.':
    'Ya constaba una aceptación de {1} de esta versión; no se cambió nada. Para corregirla, anule primero esa anotación.',
  'The agreement of {} is taken back: it is on file no more.':
    'Se anuló la anotación de la aceptación de {1}: ya no consta.',
  'There is no such agreement of {} on file, or it was taken back before.':
    'No consta tal aceptación de {1}, o su anotación ya se había anulado.',
  'Choose the policy and the version that stands on the paper.':
    'Elija la política y la versión que constan en el documento.',
  'Enter the day on the paper, as YYYY-MM-DD, today or before.':
    'Escriba la fecha del documento, en la forma AAAA-MM-DD, hoy o antes.',
  'Version {} stands since {} only. Choose the version that was in force on the day on the paper, or correct the day.':
    'La versión {1} rige solo desde el {2}. Elija la versión que estaba vigente en la fecha del documento, o corrija la fecha.',
  // In a policy, and in the history of the agency
  'Agreement in writing': 'Aceptación por escrito',
  'Asked for': 'Se pide',
  'It asks for an agreement in writing': 'Pide una aceptación por escrito',
  'Which moderators have one on file stands on the page of people; nobody is kept from handing in without.':
    'En la página de personas consta qué moderadores la tienen; a nadie se le impide reportar sin ella.',
  '· Who has agreed in writing stands on the page of people.':
    '· En la página de personas consta quién aceptó por escrito.',
  'Version of a policy marked: it asks for an agreement in writing':
    'Versión de una política marcada: pide una aceptación por escrito',
  'An update of Holdfast': 'Una actualización de Holdfast',
  'Agreement in writing put on file': 'Aceptación por escrito registrada',
  'Agreement taken back: entered by mistake': 'Anotación de aceptación anulada: se hizo por error',
};
