import { catalogue } from './diagnostics/catalogue.ts';
import { type Diagnostic, diagnose } from './diagnostics.ts';
import type { Configuration } from './inputs.ts';
import { isSetTo } from './modules/settings.ts';

/** VB513: Debian's packaged configurations daemonize, and a container that ends with 0 and no word is hard to understand. */
export function backgroundWarning({ settings }: Configuration): Diagnostic[] {
  const setting = settings.get('daemonize');
  if (setting === undefined || !isSetTo(settings, 'daemonize', 'yes')) return [];
  return [diagnose('VB513', 'daemonize yes', { at: setting.at })];
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
