/** The API process's main: reads reports, answers questions. Workers may run elsewhere. */
import { readConfig } from '#config.ts';
import { stopSignal } from '#cli/stop.ts';
import { runApi } from './serve.ts';

await runApi(readConfig(process.env), stopSignal(process.env));
