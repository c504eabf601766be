// Somebody of the demo's organization: invited, registered and signed in.
import { ask } from './world.mjs';

export const password = 'a few easy words';

/** A new member signs in; the page is the dashboard afterwards. */
export async function join(page, world, { email, name, role = 'admin' }) {
  const { link } = await ask(world, '/api/v1/invitations', { email, role });
  const invitation = new URL(link);
  await page.goto(invitation.pathname + invitation.hash);
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Accept the invitation' }).click();
  await heading(page, 'Sign in');
  await page.getByLabel('Email').fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await heading(page, 'Dashboard');
}

export function heading(page, text) {
  return page.getByRole('heading', { level: 1, name: text }).waitFor();
}
