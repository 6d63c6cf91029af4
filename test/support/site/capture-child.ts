/** A process that holds a browser and waits for its death: `capture-child.ts <data folder>` prints the browser's pid and uid. */
import { pino } from 'pino';
import { launchBrowser } from '#capture/browser.ts';

const running = await launchBrowser({
  chromiumPath: null,
  dataDir: process.argv[2] ?? '',
  allowNoSandbox: true,
  log: pino({ level: 'silent' }),
});
process.stdout.write(`${JSON.stringify({ pid: running.pid, uid: running.uid })}\n`);
setInterval(() => undefined, 1000);
