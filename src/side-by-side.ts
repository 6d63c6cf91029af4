/** Work on many things, some at a time. The answers come in the order of the things; the first error ends it, once what runs has ended. */
export async function sideBySide<T, R>(
  things: readonly T[],
  atOnce: number,
  work: (thing: T) => Promise<R>,
): Promise<R[]> {
  const answers: R[] = [];
  const failed: unknown[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < things.length && failed.length === 0) {
      const at = next;
      next += 1;
      try {
        answers[at] = await work(things[at] as T);
      } catch (error) {
        failed.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, things.length) }, lane));
  if (failed.length > 0) throw failed[0];
  return answers;
}
