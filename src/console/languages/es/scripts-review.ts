/** What the script of a review says (`assets/review.js`). */
import type { Messages } from '../../language.ts';

export const scriptsReview: Messages = {
  Keyboard: 'Teclado',
  'y release, p part, n withhold, x does not answer, w withhold what is selected, a let go out what is listed, s the same for those that say exactly this, arrows to the records beside.':
    'y entregar, p en parte, n retener, x no responde, w retener lo seleccionado, a dejar salir lo que se lista, s lo mismo para los que dicen exactamente esto, flechas para los registros vecinos.',
  'Select a passage of one text first.': 'Primero seleccione un pasaje de un solo texto.',
  'Marked by a person.': 'Marcado por una persona.',
  'Marked: {}': 'Marcado: {1}',
  'Boxes over file {}: press b for a box, arrows to move it, Shift and arrows to size it, Enter to keep it, Escape to leave it':
    'Recuadros sobre el archivo {1}: pulse b para un recuadro, las flechas para moverlo, Mayús y flechas para su tamaño, Intro para conservarlo, Esc para dejarlo',
  'A box is over file {}.': 'Hay un recuadro sobre el archivo {1}.',
};
