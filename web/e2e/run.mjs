// Runs the end-to-end tests, one world after another: `BELLBIRD_BIN=… npm run e2e [name]`. Needs `npm run build` before.
import * as campaign from './campaign.mjs';
import * as consent from './consent.mjs';
import * as editor from './editor.mjs';
import * as firstRun from './first-run.mjs';
import * as health from './health.mjs';
import * as planning from './planning.mjs';
import * as privacy from './privacy.mjs';
import * as subscriptions from './subscriptions.mjs';
import { open } from './browser.mjs';

const wanted = process.argv.slice(2).join(' ');
const browser = await open();
let failed = 0;
for (const test of [firstRun, campaign, subscriptions, health, consent, privacy, planning, editor]) {
  if (wanted && test.name !== wanted) continue;
  console.log(test.name);
  const began = Date.now();
  const world = await test.world();
  try {
    await test.run(browser, world);
    console.log(`  done in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  } catch (error) {
    failed += 1;
    console.error(error);
    for (const context of browser.contexts())
      for (const page of context.pages())
        await page
          .screenshot({
            path: new URL('../../target/screenshots/failed.png', import.meta.url).pathname,
            fullPage: true,
          })
          .catch(() => {});
  } finally {
    for (const context of browser.contexts()) await context.close();
    await world.stop();
  }
}
await browser.close();
process.exit(failed > 0 ? 1 : 0);
