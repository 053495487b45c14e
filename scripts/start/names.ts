/** What `npm start` and `npm stop` call the things they make; `npm stop` finds them by these names alone. */
export const CONTAINER_NAME = 'valkey-bundle';
export const VOLUME_NAME = 'valkey-bundle-data';

/** Set to `1` on everything that is ours: a container of the same name without it belongs to somebody else. */
export const OWNER_LABEL = 'valkey-bundle.start';
/** JSON list of the variable names given by `-e`: the values stand in the container's environment, among the image's. */
export const ENV_LABEL = 'valkey-bundle.start.env';
/** SHA-256 of the file given by `--conf`, or empty. */
export const CONF_LABEL = 'valkey-bundle.start.conf';

export const SERVER_PORT = 6379;
export const DATA_DIRECTORY = '/data';
export const CONF_IN_CONTAINER = '/etc/valkey/valkey.conf';
export const BUNDLE_FILE_IN_IMAGE = '/usr/local/share/valkey-bundle/bundle.json';
