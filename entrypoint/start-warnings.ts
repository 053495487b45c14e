import { textOf } from './bytes.ts';
import { catalogue } from './diagnostics/catalogue.ts';
import { type Diagnostic, diagnose } from './diagnostics.ts';
import { isOnLoopbackAlone } from './exposure.ts';
import type { Configuration } from './inputs.ts';
import { isSetTo } from './modules/settings.ts';
import { settingText } from './reach.ts';
import { withoutSecrets } from './secrets.ts';

/** VB513: Debian's packaged configurations daemonize, and a container that ends with 0 and no word is hard to understand. */
export function backgroundWarning({ settings }: Configuration): Diagnostic[] {
  const setting = settings.get('daemonize');
  if (setting === undefined || !isSetTo(settings, 'daemonize', 'yes')) return [];
  return [diagnose('VB513', 'daemonize yes', { at: setting.at })];
}

/** VB516 and VB517: what a packaged configuration says is right for a machine, and in a container looks like a server that is not there. */
export function imageWarnings({ settings }: Configuration): Diagnostic[] {
  const logfile = settings.get('logfile');
  const path = settingText(settings, 'logfile') ?? '';
  const bind = settings.get('bind');
  return [
    ...(logfile === undefined || path === '' || STREAM.test(path)
      ? []
      : [diagnose('VB516', `logfile ${path}`, { at: logfile.at })]),
    ...(bind === undefined || !isOnLoopbackAlone(settings)
      ? []
      : [diagnose('VB517', `bind ${bind.args.map(textOf).join(' ')}`, { at: bind.at })]),
  ];
}

/** /dev/stdout, /proc/1/fd/2 and the like lead to the container's log. */
const STREAM = /^\/(dev|proc)\//;

/** VB518: an element that begins a line without `--` is one word of it, blanks and all (main() in server.c quotes it). */
export function wordWarnings({ commandLine: { elements, lines } }: Configuration): Diagnostic[] {
  return lines.flatMap(({ from, at }) => {
    const text = elements[from]?.text.trim() ?? '';
    if (text.startsWith('--') || !/\s/.test(text)) return [];
    const shown = withoutSecrets(text);
    const hint = `Put -- in front, or give its words apart: --${shown}`;
    return [diagnose('VB518', `to the server, "${shown}" is the name of one directive`, { at, hint })];
  });
}

/** VB504, with the fix that fits where the text came from. */
export function effectiveNotice(conf: Configuration, path: string): Diagnostic {
  const source = conf.commandLine.readsStdin ? 'standard input' : (conf.confFile ?? 'the command line');
  const message = `the server reads ${path}, made from ${source}; CONFIG REWRITE will fail on it`;
  const hint = conf.commandLine.readsStdin
    ? 'Mount the configuration as a file to make it writable.'
    : catalogue.VB504.fix;
  return diagnose('VB504', message, { hint });
}
