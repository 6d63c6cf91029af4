/** What stands in histories as a code: members of an entry, and their values where those are ours. */
import type { Messages } from '../../language.ts';

export const codes: Messages = {
  // Members.
  agency: 'entidad',
  person: 'persona',
  roles: 'roles:',
  role: 'rol:',
  lost: 'roles retirados:',
  gained: 'roles nuevos:',
  means: 'medio:',
  inviter: 'enlace creado por',
  mark: 'marca:',
  agreement: 'aceptación por escrito',
  key: 'clave',
  replaces: 'en lugar de',
  at: 'el',
  office: 'oficina',
  duty: 'tarea:',
  policyId: 'política',
  policy: 'política',
  version: 'versión',
  grounds: 'motivos:',
  account: 'sitio',
  changed: 'cambió:',
  issuer: 'emisor',
  clientId: 'id de cliente',
  secret: 'secreto:',
  new: 'nuevo',
  kept: 'el mismo',
  label: 'texto del botón:',
  roleMap: 'roles por grupo:',
  leaves: 'deja de entrar por',
  roleClaim: 'dato (claim) de los roles',
  requiredAmr: 'formas de iniciar sesión:',
  reach: 'alcance:',
  kind: 'tipo:',
  letter: 'mensaje',
  code: 'código',
  keyDigest: 'huella de la clave',
  list: 'lista:',
  found: 'encontrados:',
  filters: 'filtros:',
  continued: 'continuación',

  // Lists of records, and by what they were narrowed.
  records: 'registros',
  worklist: 'lista de trabajo',
  words: 'palabras',
  platform: 'plataforma',
  verb: 'acción',
  ground: 'motivo',
  removal: 'retiro',
  state: 'estado',
  outcome: 'resultado',
  series: 'serie',
  parked: 'detenidos',
  from: 'desde',
  to: 'hasta',

  // Roles of people and of keys.
  moderator: 'moderador',
  custodian: 'custodio de registros',
  'retention-officer': 'responsable de retención',
  approver: 'aprobador de destrucción',
  auditor: 'auditor',
  administrator: 'administrador',
  intake: 'programa que reporta',

  // Means of signing in.
  'password-and-code': 'contraseña y código de un solo uso',
  passkey: 'clave de acceso (passkey)',
  oidc: 'OpenID Connect',

  // Where a provider may be.
  any: 'cualquier dirección',
  public: 'direcciones públicas',

  // What an office does, beside `custodian`; a letter that tries its address.
  copy: 'recibe copia',
  test: 'prueba',

  // What was changed of a site.
  nativeId: 'id en la plataforma',
  handle: 'nombre de usuario',
  url: 'dirección',
  name: 'nombre',
  department: 'departamento',
  forum: 'foro',
  commentRule: 'regla de comentarios',
  people: 'quién lo administra',
  others: 'quién más lo administra',
  approvedBy: 'quién lo aprobó',
  approvedOn: 'fecha de aprobación',
  opened: 'reabierto',
  closed: 'cerrado',

  // What came of opening the live page.
  captured: 'capturada',
  partial: 'capturada en parte',
  gone: 'ya no estaba',
  wall: 'pedía iniciar sesión',
  empty: 'vacía',
  blocked: 'no se pudo abrir desde aquí',
  timeout: 'no terminó a tiempo',

  // Steps.
  seal: 'sellar',
  capture: 'abrir la página en vivo',
  inspect: 'revisar la imagen',
  'look-again': 'segunda revisión de la página',
};
