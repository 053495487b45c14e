import { refuse } from '../../diagnostics.ts';
import type { Waiting } from '../../host.ts';
import { nearest } from '../../modules/naming.ts';
import type { ToolContext } from '../context.ts';
import { check } from './check.ts';
import { ensure } from './ensure.ts';
import { verifyCoordinator } from './verify-coordinator.ts';

const commands: Readonly<Record<string, (context: ToolContext, waiting: Waiting) => Promise<number>>> = {
  ensure,
  check,
  'verify-coordinator': verifyCoordinator,
};

/** `valkey-bundle cluster <command>`. Stopped by a signal, it ends with 128 and the signal's number, after having cleaned up. */
export async function cluster(context: ToolContext): Promise<number> {
  const [name = '', ...args] = context.args;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    const near = nearest(name, Object.keys(commands));
    const hint =
      near === null ? 'The commands are ensure, check and verify-coordinator.' : `Did you mean cluster ${near}?`;
    throw refuse('VB601', name === '' ? 'cluster needs a command' : `there is no command "cluster ${name}"`, { hint });
  }
  const waiting = context.host.waiting();
  try {
    return await command({ ...context, args }, waiting);
  } catch (error) {
    if (!waiting.stopped.aborted) throw error;
    const reason = String(waiting.stopped.reason);
    context.host.print('stderr', `valkey-bundle: ${reason}\n`);
    return reason.includes('SIGINT') ? 130 : 143;
  }
}
