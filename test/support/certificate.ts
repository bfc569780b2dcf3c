import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isInstalled } from './system-packages.js';

const exec = promisify(execFile);

/** Of servers on 127.0.0.1, and the arguments of a Redis that has it. */
export async function certificate(folder: string): Promise<{ cert: string; tls: string[] }> {
  if (!(await isInstalled('openssl', ['version']))) throw new Error('The tests need openssl: install it');
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', key, '-out', cert];
  await exec('openssl', ['req', '-x509', '-nodes', '-days', '2', ...made, ...subject]);
  const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert];
  return { cert, tls: [...files, '--tls-auth-clients', 'no'] };
}
