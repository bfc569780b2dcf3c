import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** Whether a command is there; as root on Debian or Ubuntu its package, of the same name, is installed if need be. */
export async function isInstalled(command: string, args: string[]): Promise<boolean> {
  if (await runs(command, args)) return true;
  const mayInstall = process.getuid?.() === 0 && (await runs('apt-get', ['--version']));
  return mayInstall && (await installPackage(command)) && runs(command, args);
}

/** Without starting any service. @returns whether that has worked */
export function installPackage(name: string): Promise<boolean> {
  // policy-rc.d 101 forbids packages to start their services, so none is left running on the machine.
  const script = `set -e
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    if [ ! -e /usr/sbin/policy-rc.d ]; then
      printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d
      chmod +x /usr/sbin/policy-rc.d
      trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    apt-get install -y -q --no-install-recommends "$1"`;
  return runs('sh', ['-c', script, 'sh', name]);
}

export function runs(command: string, args: string[]): Promise<boolean> {
  return exec(command, args, { maxBuffer: 64 * 1024 * 1024 }).then(
    () => true,
    () => false,
  );
}
