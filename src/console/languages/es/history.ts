/** Histories: of a record and of an agency. */
import type { Messages } from '../../language.ts';

export const history: Messages = {
  When: 'Cuándo',
  What: 'Qué',
  Who: 'Quién',

  // What happened. "Sealed", "Complete" and "Removal confirmed" stand among the words.
  'Handed in': 'Reportado',
  'Picture looked at': 'Imagen revisada',
  'Live page opened': 'Página en vivo abierta',
  'Live page not opened': 'Página en vivo no abierta',
  'Kept after all: not removed': 'Finalmente conservado: no se retiró',
  'Looked at the page once more': 'Se volvió a mirar la página',
  'Lock renewed': 'Bloqueo de conservación renovado',
  'Held: it is not destroyed while the hold lasts': 'En reserva: no se destruye mientras dure',
  'A hold on it was released': 'Se levantó una reserva sobre él',
  'Lock or hold in the store put right': 'Bloqueo o reserva en el almacén corregidos',
  'Lock or hold in the store is not what it should be':
    'El bloqueo o la reserva en el almacén no es lo que debería',
  'Locks and holds in the store compared with the records':
    'Bloqueos y reservas del almacén comparados con los registros',
  'Hold placed': 'Reserva establecida',
  'Hold released': 'Reserva levantada',
  'A file was not what was sealed': 'Un archivo no era lo que se selló',
  'Read again: everything is as it was sealed': 'Leído de nuevo: todo está como se selló',
  'A file was put back from the second store': 'Se repuso un archivo desde el segundo almacén',
  'Sealed files checked in the store': 'Archivos sellados comprobados en el almacén',
  'The log’s files in the store are not what was signed':
    'Los archivos de la bitácora en el almacén no son los que se firmaron',
  'Something lies in the store that no record knows': 'En el almacén hay algo que ningún registro conoce',
  'Lock of the store tried': 'Bloqueo del almacén puesto a prueba',
  'Looked at': 'Visto',
  'Not shown: no preview could be made': 'No se mostró: no se pudo hacer una vista previa',
  'Stopped; a person must look': 'Detenido; una persona debe revisarlo',
  'Run again': 'Ejecutado de nuevo',
  'Letter handed to the mail server': 'Mensaje entregado al servidor de correo',
  'Letter given up: the mail server did not take it':
    'Se dejó de intentar el envío de un mensaje: el servidor de correo no lo aceptó',
  'Taken note of': 'Se tomó nota',
  'Site added to the register': 'Sitio inscrito',
  'Site changed in the register': 'Inscripción de un sitio modificada',
  'Version of a policy added': 'Versión de una política agregada',
  'Key made': 'Clave creada',
  'End of a key set': 'Fecha de fin de una clave fijada',
  'Handed in once more, the same: nothing was added': 'Reportado otra vez, igual: no se agregó nada',
  'A report was refused': 'Se rechazó un reporte',
  'Records searched or listed': 'Registros buscados o listados',
  'Did not sign in: the password, code or passkey was not right':
    'No inició sesión: la contraseña, el código o la clave de acceso (passkey) no era correcta',
  'Somebody, not known who': 'Alguien, no se sabe quién',
  'Key that signs receipts added': 'Clave que firma comprobantes añadida',
  'A choice of the agency changed': 'Una decisión de la entidad cambiada',
  'Key revoked': 'Clave revocada',
  'Web archives are signed with another key from here on':
    'Desde aquí los archivos web se firman con otra clave',
  'Office added': 'Oficina agregada',
  'Address of an office changed': 'Dirección de una oficina modificada',
  'Office told no more': 'Ya no se avisa a la oficina',
  'Package asked for': 'Paquete solicitado',
  'Package made': 'Paquete creado',
  'Package handed over whole': 'Paquete entregado completo',
  '{}: with others, {} records in all': '{1}: junto con otros, {2} registros en total',
  'Log: a key began to sign': 'Bitácora: una clave empezó a firmar',
  'Log: vouched for from outside, by a time stamp or a witness':
    'Bitácora: atestiguada desde fuera, con un sello de tiempo o por un testigo',
  'Log: somebody outside could not vouch for it': 'Bitácora: alguien de fuera no pudo atestiguarla',
  'Log: a key no longer signs': 'Bitácora: una clave ya no firma',
  'Log: put back after the database was restored': 'Bitácora: repuesta después de restaurar la base de datos',
  'Letter asked for, to try an office’s address':
    'Mensaje solicitado para probar la dirección de una oficina',
  'Person added': 'Persona agregada',
  'Person invited': 'Persona invitada',
  'Means of signing in set up': 'Medio para iniciar sesión configurado',
  'Roles of a person changed': 'Roles de una persona modificados',
  'Allowed to come by the agency’s own sign-in, once':
    'Autorizado a entrar una vez por el inicio de sesión propio de la entidad',
  'Person let go': 'Persona dada de baja',
  'Signed in': 'Sesión iniciada',
  'Signed out': 'Sesión cerrada',
  'Sign-in of the agency’s own changed': 'Inicio de sesión propio de la entidad modificado',
  'Sign-in of the agency’s own taken away': 'Inicio de sesión propio de la entidad retirado',
  '{}: file {}': '{1}: archivo {2}',
  '{}: file {}, as a preview': '{1}: archivo {2}, como vista previa',
  '{}: this page': '{1}: esta página',

  // Who.
  'The archive': 'Holdfast',
  'Somebody at the machine': 'Alguien en el servidor',
  'A program with a key ({}, {})': 'Un programa con una clave ({1}, {2})',

  // Of an agency.
  'History of the agency': 'Historial de la entidad',
  'Who signed in, who may do what, and what was decided, newest first. What happened to a record, every view of it included, is on the record’s own page.':
    'Quién inició sesión, quién puede hacer qué y qué se decidió; primero lo más reciente. Lo que ocurrió con un registro, incluida cada vez que alguien lo vio, está en la página de ese registro.',
  'Searches and refused reports are among them.': 'Incluye las búsquedas y los reportes rechazados.',
  'Show the history without them': 'Mostrar el historial sin ellos',
  'Searches and refused reports are not among them.': 'No incluye las búsquedas ni los reportes rechazados.',
  'Show them as well': 'Mostrarlos también',
  'There is nothing here.': 'Aquí no hay nada.',
  'There is nothing more here.': 'Aquí no hay nada más.',
  'What happened in this agency, newest first': 'Qué ocurrió en esta entidad; primero lo más reciente',
  'Older entries': 'Entradas anteriores',
};
