import { execa } from 'execa';
import { StagingUnavailable } from '../unavailable.ts';

const candidates = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python'];

/** The oldest Python that the emulator runs on: https://pypi.org/project/ministack/ */
const oldest = [3, 11] as const;

/**
 * Finds a Python of at least 3.11 on PATH.
 * @throws StagingUnavailable when there is none; the sentence names the package to install
 */
export async function findPython(names: readonly string[] = candidates): Promise<string> {
  const seen: string[] = [];
  for (const name of names) {
    const script = 'import sys; print(sys.executable); print("%d.%d" % sys.version_info[:2])';
    const { stdout, failed } = await execa(name, ['-I', '-c', script], { reject: false, stdin: 'ignore' });
    const [path = '', version = ''] = stdout?.split('\n') ?? [];
    if (failed || path === '') continue;
    if (isEnough(version)) return path;
    seen.push(`${name} is ${version}`);
  }
  const found = seen.length === 0 ? 'none was found on PATH' : seen.join(', ');
  throw new StagingUnavailable(
    `The embedded staging needs Python ${oldest.join('.')} or later, ${found}: install it (Debian and Ubuntu: apt install python3 python3-venv).`,
  );
}

function isEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}
