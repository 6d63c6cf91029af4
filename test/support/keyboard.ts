/** Somebody who works with the keyboard alone: they see where they are, and come everywhere. */
import type { KeyInput } from 'puppeteer-core';
import type { Visitor } from './visitor.ts';

/** An outline, in sight, and covered by nothing: on the element, or on the label that stands for a control which is not drawn. */
export const FOCUS_IS_SEEN = `(() => {
  const element = document.activeElement;
  if (element === document.body) return true;
  const drawn = element.matches('.usa-radio__input, .usa-checkbox__input, #files') ? element.labels[0] : element;
  const outlined = (pseudo) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(drawn, pseudo);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  };
  const { left, right, top, bottom } = drawn.getBoundingClientRect();
  return (outlined() || outlined('::before')) && [top + 2, bottom - 2].every((y) => drawn.contains(document.elementFromPoint((left + right) / 2, y)));
})()`;

export interface Keyboard {
  press(...keys: readonly KeyInput[]): Promise<void>;
  type(text: string): Promise<void>;
  /** By Tab, until the focus is there; each stop on the way is one that can be seen. */
  tabTo(selector: string): Promise<void>;
  /** Where the focus was and could not be seen. */
  readonly unseen: readonly string[];
}

export function keyboardOf({ page }: Visitor): Keyboard {
  const unseen: string[] = [];
  const press = async (...keys: readonly KeyInput[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  return {
    unseen,
    press,
    type: async (text) => await page.keyboard.type(text),
    tabTo: async (selector) => {
      for (let i = 0; i < 80; i += 1) {
        if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
        await press('Tab');
        // What slides into sight has a moment for it.
        const seen = await page
          .waitForFunction(FOCUS_IS_SEEN, { timeout: 1000 })
          .then(() => true)
          .catch(() => false);
        if (!seen) unseen.push(String(await page.evaluate('document.activeElement.outerHTML.slice(0, 160)')));
      }
      throw new Error(`The Tab key does not reach ${selector}.`);
    },
  };
}
