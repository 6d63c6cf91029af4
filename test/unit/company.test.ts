/** Who may be at work beside whom in one process. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openCompany, type Leave } from '#record/company.ts';

const LONG_MS = 60_000;
const SHORT_MS = 100;

/** What has happened so far, in its order. */
function story() {
  const told: string[] = [];
  const tell = async (what: string, coming: Promise<Leave | null>): Promise<Leave> => {
    const leave = await coming;
    told.push(leave === null ? `${what} is sent away` : what);
    return leave ?? (() => undefined);
  };
  return { told, tell };
}

const aMoment = async (): Promise<void> => await sleep(20);

describe('the company at work in a process', () => {
  test('is open to all while nobody is suspected', async () => {
    const company = openCompany();
    const { told, tell } = story();
    await Promise.all(['one', 'two', 'three'].map(async (name) => await tell(name, company.join(LONG_MS))));
    expect(told).toEqual(['one', 'two', 'three']);
  });

  test('is left to a suspect once everyone has gone, and joined again once it has', async () => {
    const company = openCompany();
    const { told, tell } = story();
    const [one, two] = [await tell('one', company.join(LONG_MS)), await tell('two', company.join(LONG_MS))];
    const suspect = tell('suspect', company.alone(LONG_MS));
    const late = tell('late', company.join(LONG_MS));
    one();
    await aMoment();
    expect(told).toEqual(['one', 'two']);
    two();
    const leave = await suspect;
    await aMoment();
    expect(told).toEqual(['one', 'two', 'suspect']);
    leave();
    await late;
    expect(told).toEqual(['one', 'two', 'suspect', 'late']);
  });

  test('has one suspect at a time, from when it waits to when it leaves', async () => {
    const company = openCompany();
    const { told, tell } = story();
    const one = await tell('one', company.join(LONG_MS));
    const first = tell('first', company.alone(LONG_MS));
    await tell('second', company.alone(LONG_MS));
    one();
    const leave = await first;
    await tell('third', company.alone(LONG_MS));
    leave();
    // At once, before anything else could have happened.
    const next = tell('fourth', company.alone(LONG_MS));
    const joining = tell('joining', company.join(LONG_MS));
    const last = await next;
    await aMoment();
    expect(told).toEqual(['one', 'second is sent away', 'first', 'third is sent away', 'fourth']);
    last();
    await joining;
  });

  test('waits for nobody for ever: a step that does not end costs its own place', async () => {
    const company = openCompany();
    const { told, tell } = story();
    const began = performance.now();
    await tell('hanging', company.join(SHORT_MS));
    await tell('hanging suspect', company.alone(SHORT_MS));
    const late = tell('late', company.join(LONG_MS));
    await tell('other suspect', company.alone(LONG_MS));
    await late;
    expect(told).toEqual(['hanging', 'hanging suspect', 'other suspect is sent away', 'late']);
    expect(performance.now() - began).toBeGreaterThan(1.9 * SHORT_MS);
    expect(performance.now() - began).toBeLessThan(20 * SHORT_MS);
  });
});
