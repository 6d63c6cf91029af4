/**
 * The other half of `decoder.ts`: what a program does that decodes strangers' bytes, one question at a time, and ends with its parent.
 *
 * Its argument, when it has one, is the user that it becomes before it reads a byte of anybody's. By then everything
 * that it needs is loaded, so that this user needs no right to our files: whoever calls this loads first.
 */
import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { ANSWERS_FD, QUESTIONS_FD, READY, type Question } from './decoder.ts';

export interface Answered {
  /** In a few words: what is longer goes out as `output`. */
  readonly answer: object;
  readonly output?: Uint8Array;
}

/** `never`: a program knows what it is asked, and nothing here does. */
export function answerQuestions(
  answerTo: (question: never, bytes: Buffer) => Promise<Answered> | Answered,
): void {
  // Where memory runs short all the same, the kernel ends this process and no other. Not every system has such a file.
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {}

  const uid = process.argv[2] === undefined ? null : Number(process.argv[2]);
  if (uid !== null) {
    process.setgroups?.([]);
    process.setgid?.(uid);
    process.setuid?.(uid);
  }

  const input = process.stdin.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
  const answers = new Socket({ fd: ANSWERS_FD, readable: false });
  const say = (said: unknown): void => void answers.write(`${JSON.stringify(said)}\n`);
  const answered = async (question: Question): Promise<void> => {
    const bytes = await received(input, question.sizeBytes);
    const { answer, output } = await answerTo(question as never, bytes);
    if (output === undefined) return say(answer);
    process.stdout.write(output);
    say({ ...answer, sizeBytes: output.length });
  };
  const questions = new Socket({ fd: QUESTIONS_FD, writable: false });
  createInterface({ input: questions }).on('line', (line) => {
    answered(JSON.parse(line) as Question).catch(() => process.exit(1));
  });
  // With its parent.
  questions.on('close', () => process.exit(0));
  say(READY);
}

/** The bytes of one file, and of no other: those of the next are sent after this one was answered. */
async function received(input: AsyncIterator<Uint8Array>, sizeBytes: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  for (let at = 0; at < sizeBytes;) {
    const { value, done } = await input.next();
    if (done === true || at + value.length > sizeBytes) process.exit(1);
    bytes.set(value, at);
    at += value.length;
  }
  return bytes;
}
