/** An error as a page, for whoever followed a link: what was expected, what to do, and the id to quote. */
import { html, ours } from './html.ts';
import { inWordsOf, page, type Frame } from './layout.ts';

interface PageProblem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string;
}

export function problemPage(problem: PageProblem, frame: Frame): string {
  // What has no words in another language is read out as what it is.
  const isEnglish = frame.language !== 'en' && inWordsOf(frame, problem.detail) === problem.detail;
  return page({
    title: problem.title,
    ...frame,
    viewer: null,
    main: html`<h1 class="hf-h1">${ours(problem.title)}</h1>
      <p class="hf-intro" ${isEnglish && html`lang="en"`}>${ours(problem.detail)}</p>
      <p><a class="usa-button" href="/report">Report content</a></p>
      <p class="hf-small">
        Status ${problem.status}, code <code>${problem.code}</code>, request <code>${problem.requestId}</code>
      </p>`,
  });
}
