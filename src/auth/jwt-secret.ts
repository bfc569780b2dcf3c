import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppConfig } from '../config/index.js';

const BYTES = 32;

/**
 * The HS256 secret: `JWT_SECRET`, or in embedded mode one made at the first start and kept in `DATA_DIR`.
 * `undefined` when tokens are checked against `JWKS_URL` or no key is configured.
 */
export async function jwtSecret(config: AppConfig): Promise<string | undefined> {
  if (config.jwtSecret !== undefined || config.jwksUrl !== undefined || !config.embedded) return config.jwtSecret;
  await mkdir(config.dataDir, { recursive: true });
  const file = secretFile(config);
  try {
    // Fails if it exists, so that two processes starting at once agree on one secret.
    await writeFile(file, randomBytes(BYTES).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFile(file, 'utf8');
}

/** The same without making one: `undefined` also where no server has been started yet. */
export async function readJwtSecret(config: AppConfig): Promise<string | undefined> {
  if (config.jwtSecret !== undefined) return config.jwtSecret;
  try {
    return await readFile(secretFile(config), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}

function secretFile({ dataDir }: AppConfig): string {
  return join(dataDir, 'jwt-secret');
}
