import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Of the project. All paths of the build begin there, wherever it is called from. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
