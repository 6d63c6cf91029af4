/** What stands around every page. */
import type { Messages } from '../../language.ts';

export const frame: Messages = {
  '{} · Holdfast': '{1} · Holdfast',
  'Skip to the content': 'Ir al contenido',
  'TRIAL: not for official records': 'PRUEBA: no apto para registros oficiales',
  Holdfast: 'Holdfast',
  Main: 'Principal',
  Report: 'Reportar',
  Keep: 'Conservar',
  Records: 'Registros',
  Worklist: 'Pendientes',
  API: 'API',
  'Sign in': 'Iniciar sesión',
  'Sign out': 'Cerrar sesión',
  Agency: 'Entidad',
  Accounts: 'Cuentas',
  Policies: 'Políticas',
  People: 'Personas',
  Offices: 'Oficinas',
  Keys: 'Claves',
  History: 'Historial',
};
