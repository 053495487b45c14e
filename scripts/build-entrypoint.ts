import { buildEntrypoint } from './image/entrypoint-build.ts';

const { path, built } = await buildEntrypoint((line) => console.error(line));
console.error(built ? `built ${path}` : `${path} is up to date`);
