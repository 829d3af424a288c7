/** A container image becomes a function of an account: which image, where, the review, the calls, what was made. */
import { join } from 'node:path';
import { dropFolder, expect, fits, goTo, rpc, sampleFolder, violations } from './hearth';
import { deploy, meet, open, standing } from './kettle';
import { cloudTest, program } from './ministack';

const test = cloudTest();

test.skip(program === null, 'ministack is not installed: run tests/tools/judges.sh');

const REGION = 'us-east-1';
const IMAGE = `000000000000.dkr.ecr.${REGION}.amazonaws.com/shop/steeper:4`;

interface Standing {
  function: {
    configuration: { runtime: string; memoryMb: number; timeoutS: number; architecture: string };
  };
}

/** Pictures for whoever looks at the form, in both themes and in a large and the smallest window. */
async function shots(app: Parameters<typeof rpc>[0], name: string): Promise<void> {
  const folder = process.env['HEARTH_SHOTS'];
  if (!folder) return;
  for (const scheme of ['dark', 'light'] as const)
    for (const [width, height] of [
      [1440, 900],
      [1024, 640],
    ] as const) {
      await app.emulateMedia({ colorScheme: scheme });
      await app.setViewportSize({ width, height });
      await app.screenshot({ path: join(folder, `${name}.${scheme}.${width}.png`) });
    }
  await app.emulateMedia({ colorScheme: 'dark' });
  await app.setViewportSize({ width: 1440, height: 900 });
}

test('an image becomes a function, with its review and its calls, and is undone', async ({ app, cloud }) => {
  await meet(app, cloud.url);
  await goTo(app, '#/deploy');
  const main = app.getByRole('main');
  const source = main.getByRole('group', { name: 'What to deploy' });
  await shots(app, 'image-0-source');
  await source.getByRole('button', { name: 'Container image' }).click();

  const image = main.getByLabel('Image, with its tag or digest');
  const next = main.getByRole('button', { name: 'Choose where' });
  await expect(next).toHaveAttribute('title', 'Write the address of the image first');
  await image.fill('steeper:4');
  await expect(main.getByText(/steeper:4 names no registry/)).toBeVisible();
  await image.fill(IMAGE);
  await expect(main.getByLabel('Name of the function')).toHaveValue('steeper');
  await expect(main.getByText(`It is in ${REGION}, so the function is too.`)).toBeVisible();
  await fits(app);
  await shots(app, 'image-1-image');
  await app.setViewportSize({ width: 1440, height: 900 });

  // What was written is still there after a look at the other source.
  await source.getByRole('button', { name: 'Folder or zip' }).click();
  await expect(main.getByText('Drop a folder here')).toBeVisible();
  await source.getByRole('button', { name: 'Container image' }).click();
  await expect(image).toHaveValue(IMAGE);
  await next.click();

  // The only account that takes it is chosen, and this computer is none that does.
  await expect(main.getByRole('radio', { name: /emulator/ })).toBeChecked();
  await expect(main.getByRole('radio', { name: /This computer/ })).toBeDisabled();
  await expect(main.getByText('It runs code, and no container images')).toBeVisible();
  await main.getByLabel('Memory, MB').fill('512');
  await main.getByLabel('Timeout, s').fill('901');
  await expect(main.getByText('The timeout is 1 to 900 s, not 901.')).toBeVisible();
  await main.getByLabel('Timeout, s').fill('30');
  await main.getByRole('button', { name: /^Architecture/ }).click();
  await app.getByRole('option', { name: 'arm64' }).click();
  await fits(app);
  await shots(app, 'image-2-where');
  await app.setViewportSize({ width: 1440, height: 900 });
  await main.getByRole('button', { name: 'Review' }).click();

  const calls = main.getByRole('table', { name: 'The calls, in their order' });
  for (const operation of ['iam:CreateRole', 'iam:PutRolePolicy', 'lambda:CreateFunction'])
    await expect(calls.getByRole('row', { name: new RegExp(operation) })).toBeVisible();
  await expect(main.getByText(/Lambda takes what the tag names now/)).toBeVisible();
  await main.getByRole('button', { name: 'hearth', exact: true }).click();
  await expect(main.getByText(`hearth deploy --image ${IMAGE}`, { exact: false })).toBeVisible();
  await shots(app, 'image-3-review');
  await main.getByRole('button', { name: 'Deploy to emulator' }).click();

  await expect(main.getByText(/is live in emulator after/)).toBeVisible({ timeout: 40_000 });
  const made = main.getByRole('region', { name: 'What was made there' });
  await expect(made.getByRole('row', { name: /lambda:CreateFunction.*made/ })).toBeVisible();
  await expect(made.getByText(IMAGE, { exact: true })).toBeVisible();
  expect((await standing<Standing>(app, REGION, 'steeper')).function.configuration).toMatchObject({
    runtime: 'image',
    memoryMb: 512,
    timeoutS: 30,
    architecture: 'arm64',
  });
  await fits(app);
  await shots(app, 'image-4-made');
  await app.setViewportSize({ width: 1440, height: 900 });

  await main.getByRole('button', { name: 'Undo deploy…' }).click();
  const sheet = app.getByRole('dialog');
  await expect(sheet.getByRole('row', { name: /lambda:DeleteFunction/ })).toBeVisible();
  await sheet.getByRole('button', { name: 'Delete steeper' }).click();
  await expect(sheet).toHaveCount(0);
  const left = await rpc<{ functions: unknown[] }>(app, 'cloud_functions', {
    account: 'emulator',
    regions: [],
  });
  expect(left.functions).toEqual([]);
});

test('a function of an image shows no code, and takes another image from its drawer', async ({
  app,
  cloud,
}) => {
  await meet(app, cloud.url);
  const first = { account: 'emulator', region: REGION, name: 'steeper' };
  const change = { kind: 'deploy_image', image: IMAGE };
  const seen = await rpc<{ review: { digest: string } }>(app, 'cloud_review', { ...first, change });
  await rpc(app, 'cloud_apply', { ...first, change, digest: seen.review.digest });
  const drawer = await open(app, 'steeper');
  await expect(drawer.getByText(/Container image, 128.MB/)).toBeVisible();
  await expect(drawer.getByRole('button', { name: 'Read its code' })).toHaveCount(0);
  await drawer.getByRole('button', { name: 'Another image…' }).click();

  const main = app.getByRole('main');
  await expect(main.getByLabel('Name of the function')).toHaveValue('steeper');
  await main.getByLabel('Image, with its tag or digest').fill(IMAGE.replace(':4', ':5'));
  await main.getByRole('button', { name: 'Choose where' }).click();
  await expect(main.getByRole('radio', { name: /emulator/ })).toBeChecked();
  await main.getByRole('button', { name: 'Review' }).click();
  await expect(main.getByRole('row', { name: /lambda:UpdateFunctionCode/ })).toBeVisible();
  expect(await violations(app)).toEqual([]);
  await main.getByRole('button', { name: 'Deploy to emulator' }).click();
  await expect(main.getByText(/is live in emulator after/)).toBeVisible({ timeout: 40_000 });
  // It replaced what was there, which deleting would not bring back.
  await expect(main.getByRole('button', { name: 'Undo deploy…' })).toHaveCount(0);
});

test('a name that is taken by code is refused with what to do, and the image is not lost', async ({
  app,
  cloud,
  complaints,
}) => {
  await meet(app, cloud.url);
  await deploy(app);
  await goTo(app, '#/deploy');
  const main = app.getByRole('main');
  await main.getByRole('button', { name: 'Container image' }).click();
  await main.getByLabel('Image, with its tag or digest').fill(IMAGE);
  await main.getByLabel('Name of the function').fill('kettle');
  await app.keyboard.press('Enter');
  await expect(main.getByRole('radio', { name: /emulator/ })).toBeChecked();
  await main.getByRole('button', { name: 'Review' }).click();
  await expect(main.getByText(/was made of a zip/)).toBeVisible();
  expect(complaints.splice(0)).toEqual([expect.stringContaining('409')]);
  await main.getByRole('button', { name: 'Change Image' }).click();
  await expect(main.getByLabel('Image, with its tag or digest')).toHaveValue(IMAGE);

  // A dropped folder goes before it, and it can be gone on with afterwards.
  await dropFolder(app, sampleFolder('hello-python'));
  await expect(main.getByText('What was found')).toBeVisible();
  await main.getByRole('button', { name: 'Change Code' }).click();
  const left = main.getByRole('region', { name: 'Left half-done' });
  await expect(left.getByText(/kettle.*left at step 1 of 3/)).toBeVisible();
  await left.getByRole('button', { name: 'Go on' }).click();
  await expect(main.getByLabel('Image, with its tag or digest')).toHaveValue(IMAGE);
});

test('where no account takes an image, none is offered', async ({ app }) => {
  await goTo(app, '#/deploy');
  const main = app.getByRole('main');
  await expect(main.getByText('Drop a folder here')).toBeVisible();
  await expect(main.getByRole('button', { name: 'Container image' })).toHaveCount(0);
});
