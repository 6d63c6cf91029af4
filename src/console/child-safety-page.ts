/**
 * For what may show a child being abused: it is never copied here, and this page says whom to call. It takes nothing, opens nothing and
 * remembers nobody. Where to report: the CyberTipline of the National Center for Missing & Exploited Children, report.cybertip.org/faqs
 * (read 29 November 2026). What the law asks of a public body is its counsel's to say; nothing of it is claimed here.
 */
import { html } from './html.ts';
import { page, type Frame } from './layout.ts';

export function childSafetyPage(frame: Frame): string {
  return page({
    title: 'A child may be abused',
    ...frame,
    main: html`<h1 class="hf-h1">It may show a child being abused</h1>
      <section class="hf-state hf-state--stop">
        <p class="hf-state__word">Do not copy it</p>
        <p class="hf-state__lead">
          No screenshot, no download, no forwarding, not into this archive and not by mail. A copy can be a
          crime of its own, and it hurts the child again.
        </p>
      </section>
      <ol class="usa-list hf-todo-list">
        <li><strong>A child in danger now: call 911.</strong></li>
        <li>
          <strong>Call your police department</strong> and say where it can be seen. They tell you whether it
          stays up until they have seen it.
        </li>
        <li>
          <strong>Report it to the CyberTipline</strong> of the National Center for Missing &amp; Exploited
          Children: <a href="https://report.cybertip.org/" rel="noreferrer">report.cybertip.org</a>. It asks
          for the address and the account, not for a copy.
        </li>
        <li>
          <strong>Tell your agency’s counsel</strong> at once. They decide what is written down, and when it
          is removed from your page.
        </li>
        <li>
          <strong>On paper:</strong> the address, the account, the time at which you saw it, and whom you
          called. No description of the picture.
        </li>
      </ol>
      <p>
        If you have handed it in here already: do not open it again. Tell your administrator and your counsel
        the receipt’s code.
      </p>
      <p><a href="/report">Back to handing in</a></p>`,
  });
}
