import { $ } from 'zx';

/** zx without the terminal: what runs can neither ask nor print there. Rejects where it fails, with its own words. */
export const silent = $({ quiet: true, stdio: ['ignore', 'pipe', 'pipe'] });

/** The same for who looks at the exit code: 127 where the program is missing, null where a signal ended it. */
export const attempt = silent({ nothrow: true });
