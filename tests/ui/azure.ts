/** The fake Azure of `tests/azure`, which Microsoft's own clients accept, for screens. Must not know any screen. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { testAlone } from './hearth';
import { judge, STARTS_MS } from './judge';

/** The Python with Microsoft's clients and libraries in it; null when it is not installed. */
export const azurePython = judge(
  'HEARTH_JUDGE_AZURE_PYTHON',
  "accounts of Azure are not shown, since Microsoft's clients are not there",
);

/** The address that it prints in its first line, once it answers. */
function address(child: ChildProcess): Promise<string> {
  return new Promise((done, failed) => {
    let text = '';
    const late = setTimeout(
      () => failed(new Error(`the fake Azure did not start within ${STARTS_MS / 1000} s`)),
      STARTS_MS,
    );
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const end = text.indexOf('\n');
      if (end === -1) return;
      clearTimeout(late);
      done((JSON.parse(text.slice(0, end)) as { url: string }).url);
    });
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`the fake Azure ended by itself with ${code}`)));
  });
}

/** Tests that each have a Hearth and an Azure of their own; the fake ends with its standard input. */
export const azureTest = testAlone.extend<{ azure: string }>({
  azure: async ({}, use) => {
    if (azurePython === null) throw new Error('the test must be skipped');
    const child = spawn(azurePython, [join(__dirname, '../azure/fake.py')], {
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    try {
      await use(await address(child));
    } finally {
      child.stdin.end();
    }
  },
});
