import { isSetTo, type Settings } from '../modules/settings.ts';
import { absolute } from '../path.ts';
import { settingText } from '../reach.ts';

/**
 * nodes.conf of a server in cluster mode, as an absolute path; null without cluster mode. The server reads and writes
 * `cluster-config-file` in the directory that it has changed to by then.
 */
export function nodesFileOf(settings: Settings, dataDirectory: string): string | null {
  if (!isSetTo(settings, 'cluster-enabled', 'yes')) return null;
  return absolute(settingText(settings, 'cluster-config-file') ?? 'nodes.conf', dataDirectory);
}
